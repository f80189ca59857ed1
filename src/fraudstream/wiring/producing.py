"""The simulated bank as a producer: its events into Kafka's topics, live or as fast as it goes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event as Signal

import numpy as np

from fraudstream.config.kafka import KafkaSettings, KafkaTopics
from fraudstream.kafka import Event, Layout, Writer
from fraudstream.simulator import Chunk, stream
from fraudstream.simulator.redating import Redating
from fraudstream.simulator.rows import LABEL, PROFILE
from fraudstream.wiring.kafka import Place, cluster_of, made
from fraudstream.wiring.progress import Progress
from fraudstream.wiring.simulating import Simulation

__all__ = ["Producer"]

PIECE = 0.1
"""Seconds between two writes of a live stream."""

_IDS_A_RUN = 10**9
_FIRST_RUN = datetime(2026, 1, 1, tzinfo=UTC)


class Producer:
    """Writes a simulation: transactions and reversals to the topic of the URL, labels and profiles
    to those that the settings name.

    Keyed by account; the record's timestamp is the moment at which the event arrives in the bank's
    stream; the header ``producer`` says which part of the bank it comes from. The classic message
    knows transactions alone.
    """

    def __init__(self, wanted: Simulation, url: str, settings: KafkaSettings) -> None:
        place = Place.parse(url)
        self._wanted = wanted
        self._topics = settings.topics.model_copy(update={"transactions": place.topics[0]})
        layout = Layout(settings.partitions)
        names = dict.fromkeys(_names(self._topics, wanted), layout)
        made(settings, place.servers, names)
        self._writer = Writer(cluster_of(settings, place.servers))

    def write_stretch(self, stop: Signal, progress: Progress) -> int:
        """Write the whole stretch; returns how many events were acknowledged.

        What would arrive later than now, such as labels of the last days, is left out: a broker
        refuses it.
        """
        now = round(time.time() * 1000)
        for chunk in stream(self._wanted.bank, self._wanted.who):
            if stop.is_set():
                break
            self._writer.write(self._events(chunk.where(chunk.rows["at"] <= now)))
            progress("acknowledged", self._writer.acknowledged, 0)
        self._writer.finish()
        return self._writer.acknowledged

    def write_live(
        self, rate: float, stop: Signal, progress: Progress, duration: float | None = None
    ) -> int:
        """Write ``rate`` transactions a second by the clock, each dated when it is written.

        Bank time runs as fast as its customers need for that rate. Transaction ids are others in
        each run. Returns how many events were acknowledged.
        """
        begun = time.time()
        for due, chunk in self._dated(begun, rate):
            if duration is not None and due - begun >= duration:
                break
            if stop.wait(max(0.0, due - time.time())):
                break
            self._writer.write(self._events(chunk))
            progress("acknowledged", self._writer.acknowledged, 0)
        self._writer.finish()
        return self._writer.acknowledged

    def _dated(self, begun: float, rate: float) -> Iterator[tuple[float, Chunk]]:
        """Pieces of the stream and when each is to be written, in seconds of the clock."""
        now = datetime.fromtimestamp(int(begun), UTC)
        bank = replace(self._wanted.bank, start=now, days=None)
        clock = Redating(bank.start_ms, round(begun * 1000))
        run = int((now - _FIRST_RUN) / timedelta(seconds=1)) * _IDS_A_RUN
        size = max(1, round(rate * PIECE))
        due = begun
        for chunk in stream(bank, self._wanted.who, rows_per_chunk=size):
            due += int(chunk.is_transaction.sum()) / rate
            clock.extend(int(chunk.rows["at"][-1]), round(due * 1000))
            rows = clock.rows(chunk.rows)
            rows["number"] += np.where(rows["number"] < 0, 0, run)
            yield due, Chunk(rows, chunk.attacks)

    def _events(self, chunk: Chunk) -> Iterator[Event]:
        part = self._wanted.shown(chunk)
        accounts = self._wanted.columns(part).column("account_id").cast("string").to_pylist()
        lines = self._wanted.lines(part).split(b"\n")
        kinds, stamps = part.rows["kind"].tolist(), part.rows["at"].tolist()
        topics = {LABEL: self._topics.labels, PROFILE: self._topics.profiles}
        headers = (("producer", self._wanted.who.encode()),)
        for row, (kind, stamp) in enumerate(zip(kinds, stamps, strict=True)):
            topic = topics.get(kind, self._topics.transactions)
            yield Event(topic, lines[row], accounts[row].encode(), stamp, headers)


def _names(topics: KafkaTopics, wanted: Simulation) -> list[str]:
    if wanted.preset == "classic":
        return [topics.transactions]
    return [topics.transactions, topics.labels, topics.profiles]
