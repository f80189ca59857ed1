"""``[kafka]``: librdkafka's keys verbatim, secrets hidden, no silent fall back to plain text."""

from __future__ import annotations

from pathlib import Path

import pytest

from fraudstream.config import Loaded, load
from fraudstream.errors import SettingsInvalid

PROTECTED = """
[kafka]
guarantee = "at_least_once"
security.protocol = "SASL_SSL"
"sasl.mechanism" = "SCRAM-SHA-512"
sasl.username = "engine"
sasl.password = "open sesame"
ssl.ca.location = "/etc/ca.pem"
socket.keepalive.enable = true
statistics.interval.ms = 5000
[kafka.topics]
decisions = "verdicts"
"""


def loaded(tmp_path: Path, text: str, environment: dict[str, str] | None = None) -> Loaded:
    (tmp_path / "fraudstream.toml").write_text(text)
    return load({}, environment or {}, tmp_path)


def test_keys_with_dots_reach_the_client_as_they_are_written(tmp_path: Path) -> None:
    kafka = loaded(tmp_path, PROTECTED).settings.kafka
    assert dict(kafka.client) == {
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": "engine",
        "sasl.password": "open sesame",
        "ssl.ca.location": "/etc/ca.pem",
        "socket.keepalive.enable": "true",
        "statistics.interval.ms": "5000",
    }
    assert (kafka.guarantee, kafka.topics.decisions) == ("at_least_once", "verdicts")


def test_a_password_is_never_shown(tmp_path: Path) -> None:
    rows = {name: value for name, value, _ in loaded(tmp_path, PROTECTED).rows()}
    assert rows["kafka.sasl.password"] == "(hidden)"
    assert rows["kafka.sasl.username"] == "engine"
    assert "open sesame" not in str(rows)


def test_a_password_may_come_from_the_environment_or_from_a_file(tmp_path: Path) -> None:
    text = PROTECTED.replace('sasl.password = "open sesame"\n', "")
    (tmp_path / "password").write_text("from a file\n")
    for variable, value, expected in (
        ("FRAUDSTREAM_KAFKA__SASL__PASSWORD", "from outside", "from outside"),
        ("FRAUDSTREAM_KAFKA__SASL__PASSWORD_FILE", str(tmp_path / "password"), "from a file"),
    ):
        kafka = loaded(tmp_path, text, {variable: value}).settings.kafka
        assert kafka.client["sasl.password"] == expected


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"ssl.ca.location": "/ca.pem"}, "nothing would be encrypted"),
        ({"ssl.ca.location": "/ca.pem", "security.protocol": "PLAINTEXT"}, "nothing would be enc"),
        ({"ssl.key.location": "/key", "security.protocol": "sasl_plaintext"}, "nothing would be"),
        ({"sasl.username": "me", "sasl.password": "x"}, "nobody would log in"),
        ({"sasl.mechanism": "PLAIN", "security.protocol": "SSL"}, "nobody would log in"),
        ({"security.protocol": "SASL_SSL"}, "there is no sasl.mechanism"),
        ({"security.protocol": "TLS"}, "write PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL"),
        (
            {
                "security.protocol": "SASL_SSL",
                "sasl.mechanism": "PLAIN",
                "sasl.username": "me",
            },
            "without sasl.password",
        ),
    ],
)
def test_what_only_seems_to_protect_is_refused(
    tmp_path: Path, keys: dict[str, str], told: str
) -> None:
    text = "[kafka]\n" + "".join(f'"{key}" = "{value}"\n' for key, value in keys.items())
    with pytest.raises(SettingsInvalid, match=told):
        loaded(tmp_path, text)


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"security.protocol": "PLAINTEXT"},
        {"security.protocol": "SSL", "ssl.ca.location": "/ca.pem"},
        {"security.protocol": "ssl"},
        {"security.protocol": "SASL_SSL", "sasl.mechanisms": "OAUTHBEARER"},
    ],
)
def test_what_is_said_outright_is_taken(tmp_path: Path, keys: dict[str, str]) -> None:
    text = "[kafka]\n" + "".join(f'"{key}" = "{value}"\n' for key, value in keys.items())
    assert dict(loaded(tmp_path, text).settings.kafka.client) == keys


def test_keys_on_which_the_guarantees_depend_are_refused_all_at_once(tmp_path: Path) -> None:
    text = '[kafka]\n"isolation.level" = "read_uncommitted"\nacks = "1"\n'
    with pytest.raises(SettingsInvalid) as raised:
        loaded(tmp_path, text)
    assert "isolation.level cannot be set" in str(raised.value)
    assert "acks cannot be set" in str(raised.value)


def test_how_long_a_silent_leader_is_waited_for_is_a_duration(tmp_path: Path) -> None:
    assert loaded(tmp_path, "").settings.kafka.takeover == 6_000
    assert loaded(tmp_path, '[kafka]\ntakeover = "10s"').settings.kafka.takeover == 10_000
    for wrong in ("3 days", "10m"):
        with pytest.raises(SettingsInvalid, match="takeover"):
            loaded(tmp_path, f'[kafka]\ntakeover = "{wrong}"')
