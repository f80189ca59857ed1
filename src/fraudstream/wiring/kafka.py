"""What a ``kafka://`` URL means: brokers, topics, and which of them are made."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Self

import structlog

from fraudstream.config.kafka import KafkaSettings
from fraudstream.decisions import Outcome, form_of
from fraudstream.errors import InputInvalid, UsageInvalid
from fraudstream.kafka import Cluster, Layout, existing, hosts_of, make_topics
from fraudstream.kafka.leadership import ControlTopic
from fraudstream.schema import Preset
from fraudstream.sinks.kafka import (
    KafkaShare,
    KafkaSink,
    Message,
    Stamp,
    Topics,
    messages_of,
)
from fraudstream.sources.kafka import KafkaSource
from fraudstream.wiring.schemes import KAFKA

__all__ = [
    "Place",
    "cluster_of",
    "decision_topics",
    "kafka_leadership",
    "kafka_share",
    "kafka_sink",
    "kafka_source",
    "made",
    "one_place",
    "read_topics",
    "require_order",
]

log = structlog.get_logger()

_TOPIC = re.compile(r"[A-Za-z0-9._-]{1,249}")
_LOCAL = ("localhost", "127.0.0.1", "::1")
_KEPT = {"cleanup.policy": "delete", "retention.ms": "-1"}
"""The journal is needed for as long as anything it tells of."""


@dataclass(frozen=True, slots=True)
class Place:
    """Brokers and topics: ``kafka://h1:9092,h2:9092/topic,other``."""

    servers: str
    topics: tuple[str, ...]

    @classmethod
    def parse(cls, url: str) -> Self:
        """The parts of a URL; raises ``UsageInvalid``. The port is 9092 unless it is said."""
        servers, _, topics = url.removeprefix(KAFKA).partition("/")
        named = tuple(topics.split(","))
        if not servers or not all(_TOPIC.fullmatch(topic) for topic in named):
            raise UsageInvalid(
                f"{url} does not name brokers and topics",
                advice="Write kafka://HOST:9092/TOPIC, more of either separated by commas.",
            )
        if "@" in servers:
            raise UsageInvalid(
                f"kafka://{servers.rpartition('@')[2]}/... cannot carry a user and a password",
                advice="Set sasl.username under [kafka], and FRAUDSTREAM_KAFKA__SASL__PASSWORD.",
            )
        return cls(",".join(map(_with_port, servers.split(","))), named)


def one_place(urls: Sequence[str]) -> str:
    """Several URLs of one cluster as one, their topics in the order given."""
    places = [Place.parse(url) for url in urls]
    if len({place.servers for place in places}) > 1:
        raise UsageInvalid(
            "the sources are topics of different clusters",
            advice="Mirror them into one, or run an engine for each.",
        )
    topics = ",".join(topic for place in places for topic in place.topics)
    return f"{KAFKA}{places[0].servers}/{topics}"


def cluster_of(settings: KafkaSettings, servers: str) -> Cluster:
    """Brokers with what the settings say about talking to them."""
    return Cluster(servers, settings.client)


def kafka_source(
    url: str, settings: KafkaSettings, preset: Preset, seal: Path | None = None
) -> KafkaSource:
    """Topics as a source. ``seal`` is the file that remembers their order."""
    place = Place.parse(url)
    topics = place.topics if preset.input.kind is None else read_topics(place, settings, seal)
    if seal is not None:
        _keep_order(seal, topics)
    made(settings, place.servers, dict.fromkeys(topics, Layout(settings.partitions)))
    return KafkaSource(cluster_of(settings, place.servers), topics, preset.input.max_bytes)


def read_topics(place: Place, settings: KafkaSettings, seal: Path | None = None) -> tuple[str, ...]:
    """The topics that a source reads: those that it names.

    The transactions' topic alone stands for itself, labels and profiles, wherever both are there:
    always in this order, so that engines with homes of their own number partitions alike.
    """
    names = settings.topics
    everything = (names.transactions, names.labels, names.profiles)
    if place.topics != everything[:1]:
        return place.topics
    if _sealed(seal) == everything:
        return everything
    made(settings, place.servers, dict.fromkeys(everything, Layout(settings.partitions)))
    absent = set(everything) - existing(cluster_of(settings, place.servers), everything)
    if not absent & set(everything[1:]):
        return everything
    log.warning(
        "reads transactions alone",
        because=f"there is no topic {' and no topic '.join(sorted(absent))}",
        advice="make them and start again, or name the topics that there are",
    )
    return place.topics


def kafka_sink(
    url: str, settings: KafkaSettings, preset: Preset, origin: str = ""
) -> KafkaSink[Outcome]:
    """A sink whose decisions go to the topic of the URL, the rest where the settings say.

    ``origin`` is the name of the source, which the journal notes.
    """
    topics = replace(decision_topics(url, settings), origin=origin)
    cluster = cluster_of(settings, Place.parse(url).servers)
    exactly_once = settings.guarantee == "exactly_once"
    return KafkaSink(cluster, topics, _publishing(preset, topics), exactly_once)


def kafka_share(
    url: str, settings: KafkaSettings, preset: Preset, epoch: int
) -> KafkaShare[Outcome]:
    """One of several writers to the same topics, for the owner of an epoch."""
    topics = Topics(Place.parse(url).topics[0], settings.topics.alerts, settings.topics.rejects)
    cluster = cluster_of(settings, Place.parse(url).servers)
    return KafkaShare(cluster, _publishing(preset, topics), epoch)


def decision_topics(url: str, settings: KafkaSettings) -> Topics:
    """The topics that decisions go to by this URL, made where they are missing."""
    place = Place.parse(url)
    if len(place.topics) > 1:
        raise UsageInvalid(
            f"{url} names {len(place.topics)} topics for decisions",
            advice="Name one; the other topics are set under [kafka.topics].",
        )
    names = settings.topics
    topics = Topics(place.topics[0], names.alerts, names.rejects, names.journal)
    layouts = dict.fromkeys(topics.names(), Layout(settings.partitions))
    made(settings, place.servers, {**layouts, topics.journal: Layout(1, _KEPT)})
    return topics


def _publishing(preset: Preset, topics: Topics) -> Callable[[Outcome, Stamp], Iterator[Message]]:
    publish = partial(messages_of, form=form_of(preset), topics=topics)
    return lambda outcome, stamp: publish(outcome, stamp=stamp)


def kafka_leadership(url: str, settings: KafkaSettings) -> ControlTopic:
    """Which of the engines that read these brokers' topics owns them."""
    servers = Place.parse(url).servers
    made(settings, servers, {settings.topics.control: Layout(1)})
    cluster = cluster_of(settings, servers)
    return ControlTopic(cluster, settings.topics.control, settings.takeover)


def made(settings: KafkaSettings, servers: str, layouts: Mapping[str, Layout]) -> None:
    """Make the topics that are missing, where the settings allow that."""
    is_local = all(host in _LOCAL for host in hosts_of(servers))
    if settings.create_topics == "always" or (settings.create_topics == "local" and is_local):
        make_topics(cluster_of(settings, servers), layouts)


def _keep_order(seal: Path, topics: tuple[str, ...]) -> None:
    """The numbers of partitions follow from the order of the topics, so it must not change."""
    before = _sealed(seal)
    made = f"The state in {seal.parent} was made"
    require_order(before, topics, made, "begin with another --home.")
    if topics != before:
        seal.write_text("\n".join(topics) + "\n", encoding="utf-8")


def require_order(before: Sequence[str], now: Sequence[str], made: str, otherwise: str) -> None:
    """Raise ``InputInvalid`` unless the topics of before come first, in their order.

    ``made`` says what was made from them, ``otherwise`` what to do with other topics.
    """
    if list(now[: len(before)]) != list(before):
        raise InputInvalid(
            f"{made} from the topics {', '.join(before)}, in this order; {', '.join(now)} would "
            "be others.",
            advice=f"Name them in that order, new ones last; or {otherwise}",
        )


def _sealed(seal: Path | None) -> tuple[str, ...]:
    """The topics that were read before."""
    return tuple(seal.read_text(encoding="utf-8").split()) if seal and seal.exists() else ()


def _with_port(server: str) -> str:
    host, colon, port = server.rpartition(":")
    return server if colon and port.isdigit() and host else f"{server}:9092"
