"""``[kafka]``: librdkafka's own keys, verbatim, and what is ours: guarantee and topics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from fraudstream.config.values import Duration, dotted
from fraudstream.schema.durations import MINUTE, SECOND

__all__ = ["KafkaSettings", "KafkaTopics", "is_kafka_secret"]

_OURS = ("guarantee", "create_topics", "partitions", "takeover", "topics")

_DECIDED = {
    "bootstrap.servers": "it stands in the kafka:// URL",
    "metadata.broker.list": "the brokers stand in the kafka:// URL",
    "enable.auto.commit": "positions are kept in the journal",
    "enable.auto.offset.store": "positions are kept in the journal",
    "auto.offset.reset": "a forgotten position is an error, never a jump",
    "isolation.level": "only committed messages are read",
    "enable.partition.eof": "the source needs it",
    "enable.idempotence": "without it messages could be doubled",
    "acks": "every replica has to confirm",
    "request.required.acks": "every replica has to confirm",
    "transactional.id": "it is the journal topic's name",
    "transaction.timeout.ms": "the guarantee depends on it",
    "message.timeout.ms": "the guarantee depends on it",
    "delivery.timeout.ms": "the guarantee depends on it",
    "partition.assignment.strategy": "input partitions are assigned by hand",
    "session.timeout.ms": 'write takeover = "6s", which is the session of an engine',
    "heartbeat.interval.ms": "a takeover depends on it",
    "group.instance.id": "a takeover depends on it",
}
"""Keys that are not for the user, and why."""

_ENDINGS = ("password", "secret", "key.pem", "oauthbearer.config", "userinfo")


def is_kafka_secret(name: str) -> bool:
    """Whether a setting by this dotted name is never shown."""
    return name.startswith("kafka.") and name.endswith(_ENDINGS)


class KafkaTopics(BaseModel):
    """``[kafka.topics]``: which topic is which."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    transactions: str = "raw_transactions"
    labels: str = "labels"
    profiles: str = "profiles"
    decisions: str = "decisions"
    alerts: str = "alerts"
    rejects: str = "rejects"
    journal: str = "fraudstream_journal"
    control: str = "fraudstream_control"


class KafkaSettings(BaseModel):
    """``[kafka]``; every key that is not one of these is librdkafka's and stands in ``client``.

    ``create_topics``: make missing topics always, never, or only on brokers of this machine.
    ``partitions`` is how many such a topic gets (the journal and the control topic have one). An
    engine of which Kafka has not heard for ``takeover`` has lost the leadership.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    guarantee: Literal["exactly_once", "at_least_once"] = "exactly_once"
    create_topics: Literal["local", "always", "never"] = "local"
    partitions: int = Field(default=6, ge=1, le=1000)
    takeover: Annotated[Duration, Field(le=5 * MINUTE)] = 6 * SECOND
    topics: KafkaTopics = KafkaTopics()
    client: Mapping[str, str] = {}

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, given: Any) -> Any:
        """Keys with dots are tables to TOML; bring them back together."""
        if not isinstance(given, dict):
            return given
        ours = {key: value for key, value in given.items() if key in _OURS}
        theirs = {key: value for key, value in given.items() if key not in (*_OURS, "client")}
        return {**ours, "client": {**given.get("client", {}), **dict(dotted(theirs))}}

    @model_validator(mode="after")
    def _check(self) -> Self:
        problems = [*_refused(self.client), *_unprotected(self.client)]
        if problems:
            raise ValueError("; ".join(problems))
        return self


def _refused(client: Mapping[str, str]) -> Iterator[str]:
    for key in client:
        if key in _DECIDED:
            yield f"{key} cannot be set: {_DECIDED[key]}"


def _unprotected(client: Mapping[str, str]) -> Iterator[str]:
    """What reads as if connections were protected when they would not be."""
    protocol = client.get("security.protocol", "").upper()
    encrypts, logs_in = protocol.endswith("SSL"), protocol.startswith("SASL")
    said = f'security.protocol is "{protocol}"' if protocol else "there is no security.protocol"
    if protocol not in ("", "PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"):
        yield f"{said}; write PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL"
        return
    tls = [key for key in client if key.startswith("ssl.") or key.startswith("enable.ssl")]
    if tls and not encrypts:
        yield f"{tls[0]} is given, but {said}: nothing would be encrypted; write SSL or SASL_SSL"
    sasl = [key for key in client if key.startswith("sasl.")]
    if sasl and not logs_in:
        yield f"{sasl[0]} is given, but {said}: nobody would log in; write SASL_SSL"
    if logs_in and not {"sasl.mechanism", "sasl.mechanisms"} & client.keys():
        yield f"{said}, but there is no sasl.mechanism; write PLAIN, SCRAM-SHA-512 or another"
    if "sasl.username" in client and "sasl.password" not in client:
        yield "sasl.username is given without sasl.password; set FRAUDSTREAM_KAFKA__SASL__PASSWORD"
