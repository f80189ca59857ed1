"""[kafka] for Spark's client: nothing that protects a connection is lost on the way."""

from __future__ import annotations

import pytest

from fraudstream.errors import SettingsInvalid
from fraudstream.wiring.clustered.consumer import consumer_options

SERVERS = "h:9092"


def test_a_login_is_javas_login() -> None:
    client = {
        "security.protocol": "sasl_ssl",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": "fraud",
        "sasl.password": 'a"b\\c',
        "ssl.ca.location": "/etc/ca.pem",
    }
    options = consumer_options(SERVERS, client, {})
    assert options["kafka.security.protocol"] == "SASL_SSL"
    assert options["kafka.ssl.truststore.location"] == "/etc/ca.pem"
    assert options["kafka.sasl.jaas.config"].endswith(
        'ScramLoginModule required username="fraud" password="a\\"b\\\\c";'
    )


def test_only_committed_messages_are_read_whatever_is_set() -> None:
    options = consumer_options(SERVERS, {"linger.ms": "5"}, {"fetch.max.bytes": "1000"})
    assert options["kafka.isolation.level"] == "read_committed"
    assert options["kafka.fetch.max.bytes"] == "1000"
    assert "kafka.linger.ms" not in options


@pytest.mark.parametrize(
    "client",
    [
        {"security.protocol": "SSL", "ssl.key.location": "/etc/key.pem"},
        {"security.protocol": "SASL_SSL", "sasl.mechanism": "GSSAPI"},
    ],
)
def test_protection_that_cannot_be_translated_is_an_error(client: dict[str, str]) -> None:
    with pytest.raises(SettingsInvalid, match="no such settings"):
        consumer_options(SERVERS, client, {})


def test_javas_own_settings_replace_the_translation() -> None:
    client = {"security.protocol": "SSL", "ssl.key.location": "/etc/key.pem"}
    options = consumer_options(SERVERS, client, {"security.protocol": "SSL"})
    assert options["kafka.security.protocol"] == "SSL"
