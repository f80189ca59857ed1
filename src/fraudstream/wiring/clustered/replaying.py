"""``replay --check --on``: the journal's batches decided again by a cluster, and compared."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from threading import Event
from typing import Any

import msgspec

from fraudstream.config import Settings
from fraudstream.config.kafka import KafkaSettings
from fraudstream.decisions import decide
from fraudstream.engine import Difference
from fraudstream.engine.ranges import read_again
from fraudstream.events import Records
from fraudstream.pipeline import Extracted
from fraudstream.ports import Entry
from fraudstream.scoring import Model
from fraudstream.spark.kit import Kit
from fraudstream.spark.past import Piece, passed
from fraudstream.spark.session import connect
from fraudstream.wiring.clustered.query import kit_of
from fraudstream.wiring.clustered.running import cluster_for
from fraudstream.wiring.clustered.shares import decider_of
from fraudstream.wiring.kafka import kafka_source
from fraudstream.wiring.places import only_source
from fraudstream.wiring.progress import Progress
from fraudstream.wiring.replaying import HELD, Past, Replayed, lines_of, rows_now

__all__ = ["check_log_on"]

Digests = dict[str, str]
"""For each decision, by the name of its row, what it says in short."""


@dataclass(frozen=True, slots=True)
class _Work:
    """What workers do at both ends of the stages; ``models`` are files by version."""

    kit: Kit
    place: str
    kafka: KafkaSettings
    entries: tuple[Entry, ...]
    models: Mapping[str, Mapping[str, bytes]]

    def read(self) -> Iterator[tuple[int, Records]]:
        """The journal's batches."""
        with closing(kafka_source(self.place, self.kafka, self.kit.preset)) as source:
            for entry in self.entries:
                yield entry.as_of, read_again(source, entry)

    def finish(self, batch: int, output: int, chunk: Extracted) -> bytes:
        """Decide an output's share with what decided it then."""
        version = self.entries[batch].versions["model"]
        decider = decider_of(self.kit, version, self.models[version] if version else {})
        outcome = decide(decider, chunk, decider.scorer.score(chunk.matrix))
        return msgspec.json.encode(_digests(rows_now(outcome, self.kit.preset)))


def check_log_on(settings: Settings, stop: Event, progress: Progress) -> Replayed:
    """Decide the journal's batches again on a cluster; compare each decision, bit by bit."""
    counts: Counter[str] = Counter()
    differences: list[Difference] = []
    with ExitStack() as stack:
        past = Past(settings, stack)
        work = _work(settings, past, tuple(past.entries(stop)))
        spark = connect(cluster_for(settings))
        stack.callback(spark.stop)
        pieces = passed(spark, work.kit, work.read, work.finish)
        for entry, now in _batches(work.entries, pieces):
            then = _digests(past.reader.rows(HELD, [entry.batch]))
            counts.update(batches=1, decisions=len(then))
            differences += _differences(entry.batch, then, now)
            progress("comparing, batches", counts["batches"], past.batches)
    return Replayed(
        counts["batches"], counts["decisions"], len(differences), tuple(differences[:5])
    )


def _batches(
    entries: tuple[Entry, ...], pieces: Iterable[Piece]
) -> Iterator[tuple[Entry, Digests]]:
    """Every batch of the journal, also one of which nothing came."""
    waiting = groupby(pieces, attrgetter("batch"))
    following = next(waiting, None)
    for number, entry in enumerate(entries):
        now: Digests = {}
        if following is not None and following[0] == number:
            for piece in following[1]:
                now |= msgspec.json.decode(piece.content, type=Digests)
            following = next(waiting, None)
        yield entry, now


def _work(settings: Settings, past: Past, entries: tuple[Entry, ...]) -> _Work:
    models = {}
    for entry in entries:
        version = entry.versions["model"]
        if version is not None and version not in models:
            scorer = past.programs.of(entry.versions).pipeline.decider.scorer
            assert isinstance(scorer, Model)
            models[version] = scorer.to_files()
    kit = kit_of(settings, past.preset)
    return _Work(kit, only_source(settings), settings.kafka, entries, models)


def _digests(rows: list[dict[str, Any]]) -> Digests:
    lines = lines_of(rows)
    return {_name(row): _digest(line) for row, line in zip(rows, lines, strict=True)}


def _name(row: Mapping[str, Any]) -> str:
    return f"{row['transaction_id']} at {row['source_partition']}:{row['source_offset']}"


def _digest(line: bytes) -> str:
    return hashlib.blake2b(line, digest_size=12).hexdigest()


def _differences(batch: int, then: Digests, now: Digests) -> Iterator[Difference]:
    for row, name in enumerate(sorted(then.keys() | now.keys())):
        if then.get(name) != now.get(name):
            yield Difference(batch, row, _told(name, then), _told(name, now))


def _told(name: str, digests: Digests) -> bytes | None:
    if name not in digests:
        return None
    return msgspec.json.encode({"transaction_id": name, "digest": digests[name]})
