"""What a path, ``-`` or URL on the command line means."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fraudstream.codec import Decoder
from fraudstream.config import Home, Settings
from fraudstream.config.kafka import KafkaSettings
from fraudstream.decisions import Outcome, encode, form_of
from fraudstream.engine.engine import utc_ms
from fraudstream.errors import NotInstalled, UsageInvalid
from fraudstream.events import MISSING, NO_TIMESTAMP, Kind, Records
from fraudstream.ports import Position, Primary, Source
from fraudstream.schema import Preset
from fraudstream.sinks.jsonlines import JsonLinesSink
from fraudstream.sinks.stdout import StandardOutput
from fraudstream.sources.csv import CsvFile
from fraudstream.sources.jsonlines import JsonLinesFile
from fraudstream.sources.order import Sorted
from fraudstream.sources.parquet import ParquetFile
from fraudstream.sources.spool import Spool
from fraudstream.wiring.kafka import kafka_sink, kafka_source, one_place
from fraudstream.wiring.schemes import is_kafka, is_store
from fraudstream.wiring.stores import open_store_at

__all__ = [
    "Opening",
    "acting_times",
    "only_source",
    "open_file",
    "open_sink",
    "open_source",
    "opened_log",
    "transaction_times",
]

_KINDS = {
    ".jsonl": "json",
    ".ndjson": "json",
    ".json": "json",
    ".csv": "csv",
    ".parquet": "parquet",
}
Times = Callable[[Records], NDArray[np.int64]]
_LATER = ("postgresql", "spark", "http", "https")


@dataclass(frozen=True, slots=True)
class Opening:
    """What opening a place needs to know: whose data it is and where the engine keeps its own.

    ``pipe`` is the file descriptor that stands for ``-``; ``origin`` the name of the source.
    """

    preset: Preset
    decoder: Decoder
    home: Home
    follow: bool = False
    pipe: int = 0
    origin: str = ""
    kafka: KafkaSettings = field(default_factory=KafkaSettings)


def only_source(settings: Settings) -> str:
    """The place to read from; raises ``UsageInvalid`` unless there is exactly one.

    Several topics of one Kafka cluster are one place.
    """
    sources = settings.run.source
    if not sources:
        raise UsageInvalid(
            "there is no source to read from",
            advice="Name one: --source FILE, --source - for standard input, or [run] source in "
            "fraudstream.toml.",
        )
    if all(is_kafka(place) for place in sources):
        return one_place(sources)
    if len(sources) > 1:
        raise UsageInvalid(
            "this version reads one source at a time",
            advice="Join the files into one log, in the order of time; topics of one Kafka cluster "
            "may be several.",
        )
    return sources[0]


class StandardInput(Spool):
    """The spool, with the events as its clock, as in a file.

    What comes through a pipe may be history, all of which came long before it went through.
    """

    def poll(self, limit: int, until: Position | None = None, wait: float = 0.1) -> Records | None:
        """The next records, without the times at which they went through the pipe."""
        records = super().poll(limit, until, wait)
        if records is None:
            return None
        return replace(records, timestamps=np.full(len(records), NO_TIMESTAMP, np.int64))


def open_source(place: str, opening: Opening) -> Source:
    """A source: ``-`` is standard input, kept in the spool; Kafka topics; a file by its ending."""
    if place == "-":
        return StandardInput(
            opening.home.spool,
            clock=utc_ms,
            descriptor=opening.pipe,
            max_bytes=opening.preset.input.max_bytes,
        )
    if is_kafka(place):
        seal = opening.home.folder / "source.topics"
        return kafka_source(place, opening.kafka, opening.preset, seal)
    _refuse_later(place)
    return open_file(Path(place), opening, seal=opening.home.folder / "source.seal")


@contextmanager
def opened_log(settings: Settings, opening: Opening) -> Iterator[Source]:
    """The log of earlier runs, to be read again: of a pipe what was spooled, and nothing new."""
    nothing_new = os.open(os.devnull, os.O_RDONLY)
    try:
        with closing(open_source(only_source(settings), replace(opening, pipe=nothing_new))) as log:
            yield log
    finally:
        os.close(nothing_new)


def open_file(path: Path, opening: Opening, seal: Path | None = None) -> Source:
    """A file of JSON lines, CSV or Parquet; sorted where the preset says so."""
    preset = opening.preset
    kind = _kind(path, preset)
    source: Source
    if kind == "parquet":
        source = ParquetFile(path)
    else:
        text = CsvFile if kind == "csv" else JsonLinesFile
        source = text(path, preset.input.max_bytes, opening.follow, seal)
    if preset.input.arrival == "event_time" and not opening.follow:
        return Sorted(source, acting_times(opening.decoder, preset.labels.known_after))
    return source


def transaction_times(decoder: Decoder) -> Times:
    """A function that gives the event time of each record that is a transaction, else ``MISSING``.

    A label or a reversal has the time of its transaction and comes late by nature.
    """

    def times(records: Records) -> NDArray[np.int64]:
        decoded = decoder.decode(records)
        events, found = decoded.events, np.full(len(records), MISSING, np.int64)
        mine = events.kinds == Kind.TRANSACTION
        found[decoded.rows[mine]] = events.event_times[mine]
        return found

    return times


def acting_times(decoder: Decoder, known_after: int) -> Times:
    """A function that gives the time at which each record acts, ``MISSING`` where there is none.

    That is its event time, and for a label when it became known: its own word, or ``known_after``
    ms after its transaction.
    """

    def times(records: Records) -> NDArray[np.int64]:
        decoded = decoder.decode(records)
        events, found = decoded.events, np.full(len(records), MISSING, np.int64)
        unsaid = events.known_ats == MISSING
        known = np.where(unsaid, events.event_times + known_after, events.known_ats)
        is_label = events.kinds == Kind.LABEL
        found[decoded.rows] = np.where(is_label, known, events.event_times)
        return found

    return times


def open_sink(place: str, opening: Opening) -> Primary[Outcome]:
    """A sink: ``-`` is standard output; a store, Kafka's topics by their URLs; else JSON lines."""
    to_lines = partial(encode, form=form_of(opening.preset))
    if place == "-":
        return StandardOutput(opening.home.folder, to_lines)
    if is_kafka(place):
        return kafka_sink(place, opening.kafka, opening.preset, opening.origin)
    if is_store(place):
        return open_store_at(place, opening.preset)
    _refuse_later(place)
    path = Path(place)
    if _KINDS.get(path.suffix) != "json":
        raise UsageInvalid(
            f"{place}: decisions are not written to this kind of file",
            advice="Name a .jsonl file, - for standard output, duckdb:PATH, postgresql:// or kafka://.",
        )
    return JsonLinesSink(path, to_lines)


def _kind(path: Path, preset: Preset) -> str:
    bare = path.with_suffix("") if path.suffix == ".gz" else path
    return _KINDS.get(bare.suffix, preset.input.format)


def _refuse_later(place: str) -> None:
    scheme = place.partition("://")[0] if "://" in place else ""
    if scheme in _LATER:
        raise NotInstalled(
            f"{scheme} is not supported by this version",
            advice="Use a file, - or duckdb:PATH.",
        )
    if scheme:
        raise UsageInvalid(f"{place}: nothing is known by the name {scheme}")
