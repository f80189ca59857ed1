"""``[kafka]`` for Spark's own client, which is Java's and has other names for some things."""

from __future__ import annotations

from collections.abc import Mapping

from fraudstream.errors import Problem, SettingsInvalid

__all__ = ["consumer_options"]

_LOGIN = "org.apache.kafka.common.security"
_MODULES = {
    "PLAIN": f"{_LOGIN}.plain.PlainLoginModule",
    "SCRAM-SHA-256": f"{_LOGIN}.scram.ScramLoginModule",
    "SCRAM-SHA-512": f"{_LOGIN}.scram.ScramLoginModule",
}
_KNOWN = (
    "security.protocol",
    "sasl.mechanism",
    "sasl.mechanisms",
    "sasl.username",
    "sasl.password",
    "ssl.ca.location",
)


def consumer_options(
    servers: str, client: Mapping[str, str], own: Mapping[str, str]
) -> dict[str, str]:
    """Options of Spark's Kafka source: only committed messages, all there are.

    ``client`` are librdkafka's keys of ``[kafka]``, of which those that protect connections are
    translated; ``own`` are Java's keys of ``[spark.kafka]``, which win. Raises ``SettingsInvalid``
    for protection that cannot be translated: nothing must go out unprotected without a word.

    >>> consumer_options("h:9092", {"security.protocol": "SSL"}, {})["kafka.security.protocol"]
    'SSL'
    """
    options = {
        "kafka.bootstrap.servers": servers,
        "kafka.isolation.level": "read_committed",
        "startingOffsets": "earliest",
        **_protected(client, own),
    }
    return options | {f"kafka.{name}": value for name, value in own.items()}


def _protected(client: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    if any(name.startswith(("security.", "sasl.", "ssl.")) for name in own):
        return {}
    _require_known(client)
    found = {}
    if "security.protocol" in client:
        found["kafka.security.protocol"] = client["security.protocol"].upper()
    if "ssl.ca.location" in client:
        found["kafka.ssl.truststore.type"] = "PEM"
        found["kafka.ssl.truststore.location"] = client["ssl.ca.location"]
    mechanism = client.get("sasl.mechanism", client.get("sasl.mechanisms"))
    if mechanism is not None:
        found["kafka.sasl.mechanism"] = mechanism
        found["kafka.sasl.jaas.config"] = _login(_MODULES[mechanism], client)
    return found


def _login(module: str, client: Mapping[str, str]) -> str:
    user, password = (
        client.get(name, "").replace("\\", "\\\\").replace('"', '\\"')
        for name in ("sasl.username", "sasl.password")
    )
    return f'{module} required username="{user}" password="{password}";'


def _require_known(client: Mapping[str, str]) -> None:
    protecting = [name for name in client if name.startswith(("sasl.", "ssl.", "security."))]
    unknown = [name for name in protecting if name not in _KNOWN]
    mechanism = client.get("sasl.mechanism", client.get("sasl.mechanisms"))
    if mechanism is not None and mechanism not in _MODULES:
        unknown.append(f"sasl.mechanism = {mechanism}")
    if unknown:
        raise SettingsInvalid(
            "Spark's own Kafka client has no such settings.",
            [Problem(name, "[kafka]") for name in unknown],
            "Say how it is to connect with Java's keys under [spark.kafka], such as "
            '"security.protocol" and "ssl.keystore.location".',
        )
