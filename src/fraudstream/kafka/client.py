"""A cluster and the clients that reach it; the library is imported when the first one is made."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import structlog

from fraudstream.errors import NotInstalled, Problem, SettingsInvalid

__all__ = ["Cluster", "Options", "hosts_of", "library"]

Options = Mapping[str, Any]
"""librdkafka's configuration, its keys verbatim."""

_SHARED = {
    "socket.keepalive.enable": True,
    "socket.timeout.ms": 10_000,
    "reconnect.backoff.max.ms": 1_000,
    "allow.auto.create.topics": False,
    "log_level": 4,  # a client that closes says more on standard error, past the logger
}
_CONSUMERS = {
    "group.id": "fraudstream",
    "enable.auto.commit": False,
    "auto.offset.reset": "error",
    "isolation.level": "read_committed",
    "enable.partition.eof": True,
    "fetch.wait.max.ms": 100,
    "fetch.max.bytes": 16 << 20,
    "queued.max.messages.kbytes": 32 << 10,
    "fetch.queue.backoff.ms": 5,
}
_PRODUCERS = {"acks": "all", "enable.idempotence": True, "linger.ms": 0}

# A client warns of every key that is only for the other kind.
_FOR_CONSUMERS = ("fetch.", "queued.", "check.crcs", "max.partition.fetch", "topic.blacklist")
_FOR_PRODUCERS = (
    "acks",
    "request.required.acks",
    "linger.",
    "queue.buffering.",
    "batch.",
    "compression.",
    "message.timeout",
    "delivery.timeout",
    "sticky.",
    "partitioner",
    "transaction.",
    "retries",
    "message.send.max.retries",
)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Brokers as ``host:port,host:port`` and what is needed to talk to them."""

    servers: str
    options: Options = field(default_factory=dict)

    def consumer(self, own: Options | None = None) -> Any:
        """A consumer of committed messages without a group, or with what ``own`` asks for."""
        given = _without(self.options, _FOR_PRODUCERS)
        return self._client("Consumer", {**_CONSUMERS, **given, **(own or {})})

    def producer(self, own: Options | None = None) -> Any:
        """An idempotent producer."""
        given = _without(self.options, _FOR_CONSUMERS)
        return self._client("Producer", {**_PRODUCERS, **given, **(own or {})})

    def admin(self) -> Any:
        """For making topics."""
        given = _without(self.options, _FOR_CONSUMERS + _FOR_PRODUCERS)
        return self._client("admin.AdminClient", given)

    def _client(self, kind: str, options: Options) -> Any:
        module, _, name = f"confluent_kafka.{kind}".rpartition(".")
        settings = {**_SHARED, "bootstrap.servers": self.servers, **options}
        shown = {name: value for name, value in settings.items() if value is not None}
        try:
            return getattr(library(module), name)(shown, logger=_logger())
        except library().KafkaException as error:
            raise SettingsInvalid(
                "Kafka's client does not take these settings.",
                [Problem(error.args[0].str(), "[kafka]")],
                "Correct them; the keys are those of librdkafka's CONFIGURATION.md.",
            ) from None


def hosts_of(servers: str) -> list[str]:
    """The hosts among ``host:port`` pairs.

    >>> hosts_of("a:9092,[::1]:9093")
    ['a', '::1']
    """
    return [server.strip().rpartition(":")[0].strip("[]") for server in servers.split(",")]


def library(module: str = "confluent_kafka") -> ModuleType:
    """The client library; raises ``NotInstalled`` where it is missing."""
    from importlib import import_module

    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise NotInstalled.of_extra("kafka", "Kafka needs the package confluent-kafka.") from error


def _without(options: Options, beginnings: tuple[str, ...]) -> Options:
    return {name: value for name, value in options.items() if not name.startswith(beginnings)}


class _Forward(logging.Handler):
    """librdkafka's own lines, for those who look for the cause: the engine says what matters."""

    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger().debug("librdkafka", says=record.getMessage())


def _logger() -> logging.Logger:
    logger = logging.getLogger("fraudstream.librdkafka")
    if not logger.handlers:
        logger.addHandler(_Forward())
        logger.propagate = False
        logger.setLevel(logging.DEBUG)
    return logger
