"""What an error of Kafka's client means for whoever runs the engine."""

from __future__ import annotations

from typing import Any

from fraudstream.errors import (
    FraudstreamError,
    NotReachable,
    Problem,
    SettingsInvalid,
    StorageFailed,
    Superseded,
    Unavailable,
)
from fraudstream.kafka.client import library

__all__ = ["failure_of", "is_final"]

_REFUSED = (
    "TOPIC_AUTHORIZATION_FAILED",
    "GROUP_AUTHORIZATION_FAILED",
    "CLUSTER_AUTHORIZATION_FAILED",
    "TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
)
_UNKNOWN = ("_AUTHENTICATION", "SASL_AUTHENTICATION_FAILED", "_SSL")
_FENCED = ("_FENCED", "PRODUCER_FENCED", "INVALID_PRODUCER_EPOCH")
_NOWHERE = ("_UNKNOWN_TOPIC", "_UNKNOWN_PARTITION", "UNKNOWN_TOPIC_OR_PART")
_SESSION = ("INVALID_SESSION_TIMEOUT",)
_TOO_LARGE = ("MSG_SIZE_TOO_LARGE", "RECORD_LIST_TOO_LARGE")


def failure_of(error: Any, what: str) -> FraudstreamError:
    """Our error for a ``KafkaError`` (or the exception that carries one) met while doing ``what``.

    ``Unavailable`` unless waiting cannot help.
    """
    error = error.args[0] if isinstance(error, Exception) else error
    said = f"{what}: {error.str()}"
    if _is(error, _REFUSED):
        return NotReachable(f"Kafka refuses access. {said}", advice="Give this user the right to.")
    if _is(error, _UNKNOWN):
        return NotReachable(
            f"Kafka does not let this client in. {said}",
            advice="Check user, password and certificates: fraudstream config show",
        )
    if _is(error, _FENCED):
        return Superseded(f"Another engine writes here now. {said}")
    if _is(error, _SESSION):
        return SettingsInvalid(
            f"Kafka does not grant sessions of this length. {said}",
            [Problem("is not within the brokers' bounds", "kafka.takeover")],
            "Set it between group.min.session.timeout.ms (6s unless changed) and "
            "group.max.session.timeout.ms of the brokers.",
        )
    if _is(error, _TOO_LARGE):
        return StorageFailed(
            f"A record is larger than its topic takes. {said}",
            advice="Raise the topic's max.message.bytes and message.max.bytes under [kafka]; "
            "nothing was skipped.",
        )
    if _is(error, _NOWHERE):
        return Unavailable(f"Kafka does not know this topic, or not yet. {said}")
    return Unavailable(f"Kafka does not answer. {said}")


def is_final(error: Any) -> bool:
    """Whether waiting cannot help."""
    return not isinstance(failure_of(error, ""), Unavailable)


def _is(error: Any, names: tuple[str, ...]) -> bool:
    kinds = library().KafkaError
    return error.code() in [getattr(kinds, name) for name in names if hasattr(kinds, name)]
