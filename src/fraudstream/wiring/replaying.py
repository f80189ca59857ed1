"""``replay``: the journal's batches decided again, shown or compared with what the store holds."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import takewhile
from operator import itemgetter
from threading import Event
from typing import Any, Protocol

import msgspec

from fraudstream.config import Home, Settings
from fraudstream.decisions import Outcome, encode, form_of
from fraudstream.decisions.table import Placement, to_arrow
from fraudstream.engine import Difference, owning, replay
from fraudstream.errors import CheckFailed, InputInvalid, Problem, UsageInvalid
from fraudstream.ports import Entry
from fraudstream.schema import Preset
from fraudstream.stores.sql.reading import Reader
from fraudstream.wiring.champions import chosen
from fraudstream.wiring.outlets import outlets_of
from fraudstream.wiring.places import Opening, opened_log
from fraudstream.wiring.presets import preset_named
from fraudstream.wiring.progress import Progress
from fraudstream.wiring.published import Published
from fraudstream.wiring.stores import open_store, opened_reader

__all__ = ["HELD", "Past", "Replayed", "check_log", "lines_of", "rows_now", "show_log"]

_COMPARED = (
    "transaction_id",
    "event_time",
    "account_id",
    "amount",
    "currency",
    "amount_base",
    "source_partition",
    "source_offset",
    "action",
    "decided_by",
    "score",
    "expected_cost",
    "reasons",
    "flags",
    "coverage",
    "features",
    "features_version",
    "model_version",
)
HELD = f"select {', '.join(_COMPARED)} from transactions where batch = $1"
_PLACE = itemgetter("source_partition", "source_offset", "transaction_id")
"""The order of rows: a job on a cluster writes each batch in several shares."""

_JSON = ("expected_cost", "reasons")
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a comparison found; ``examples`` are the first differences."""

    batches: int
    decisions: int
    different: int
    examples: tuple[Difference, ...]

    def figures(self) -> dict[str, int]:
        """For JSON."""
        return {
            "batches": self.batches,
            "decisions": self.decisions,
            "different": self.different,
        }

    def require_equal(self) -> None:
        """Raise ``CheckFailed`` if anything differs."""
        if self.different:
            raise CheckFailed(
                f"{self.different:,} of {self.decisions:,} decisions are not what they were",
                [Problem(_told(example)) for example in self.examples],
                "The log, a model or the program was changed since they were made.",
            )


def check_log(settings: Settings, stop: Event, progress: Progress) -> Replayed:
    """Decide the journal's batches again and compare each decision, bit by bit, with what is held.

    That is what the store has, or the topic of decisions where there is no store.
    """
    counts: Counter[str] = Counter()
    with ExitStack() as stack:
        past = Past(settings, stack)

        def held() -> Iterator[tuple[Entry, bytes]]:
            for entry in past.entries(stop):
                lines = past.held.lines(entry)
                yield entry, lines
                counts.update(batches=1, decisions=lines.count(b"\n"))
                progress("comparing, batches", counts["batches"], past.batches)

        found = replay(past.programs, past.source, held(), past.held.encoded)
        differences = list(found)
    return Replayed(
        counts["batches"], counts["decisions"], len(differences), tuple(differences[:_SHOWN])
    )


def show_log(settings: Settings, stop: Event) -> None:
    """Decide the journal's batches again and write the decisions to standard output."""
    with ExitStack() as stack:
        past = Past(settings, stack)
        form = form_of(past.preset)

        def show(outcome: Outcome) -> bytes:
            sys.stdout.buffer.write(encode(outcome, form))
            return b""

        nothing = ((entry, b"") for entry in past.entries(stop))
        for _ in replay(past.programs, past.source, nothing, show):
            pass
        sys.stdout.buffer.flush()


class _Held(Protocol):
    """What earlier runs decided: in a store, or published in topics."""

    batches: int

    def entries(self) -> Iterator[Entry]:
        """The journal."""
        ...

    def lines(self, entry: Entry) -> bytes:
        """What is held of a batch, comparable."""
        ...

    def encoded(self, outcome: Outcome) -> bytes:
        """An outcome in the same form."""
        ...


class Past:
    """The log, the journal and the decisions of earlier runs, opened for one command."""

    def __init__(self, settings: Settings, stack: ExitStack) -> None:
        home = Home(settings.home)
        in_store = outlets_of(settings).store is not None
        if in_store:
            # looked at first, for its error says what to do where nothing was decided yet
            with opened_reader(settings):
                pass
        stack.enter_context(owning(home.made().folder))
        self.preset: Preset = preset_named(settings.preset)
        self.programs = chosen(settings, self.preset)
        kind = _Stored if in_store else Published
        self.held: _Held = kind(settings, self.preset, stack)
        decoder = self.programs.current().pipeline.extractor.decoder
        opening = Opening(self.preset, decoder, home, kafka=settings.kafka)
        self.source = stack.enter_context(opened_log(settings, opening))

    @property
    def batches(self) -> int:
        """How many the journal has."""
        return self.held.batches

    @property
    def reader(self) -> Reader:
        """The store's; raises ``UsageInvalid`` where there is none."""
        if isinstance(self.held, _Stored):
            return self.held.reader
        raise UsageInvalid(
            "a cluster compares with a store, and none is named",
            advice="Name it: [store] url in fraudstream.toml, or FRAUDSTREAM_STORE__URL.",
        )

    def entries(self, stop: Event) -> Iterator[Entry]:
        """The journal from its beginning, until told to stop."""
        for number, entry in enumerate(self.held.entries()):
            if stop.is_set():
                return
            if number == 0 and entry.batch > 0:
                raise InputInvalid(
                    f"The journal begins with batch {entry.batch:,}: what was before was pruned.",
                    advice="A replay needs all of it; the state can still be made anew from the "
                    "store (fraudstream state rebuild).",
                )
            yield entry


class _Stored:
    """The journal and the rows of a store."""

    def __init__(self, settings: Settings, preset: Preset, stack: ExitStack) -> None:
        self._preset = preset
        self._store = open_store(settings, preset)
        stack.callback(self._store.close)
        self.reader = self._store.reader()
        stack.callback(self.reader.close)
        self.batches = self._store.position() + 1

    def entries(self) -> Iterator[Entry]:
        """The journal's whole batches: of one that a cluster has under way shares are missing."""
        return takewhile(lambda entry: entry.batch < self.batches, self._store.entries(-1))

    def lines(self, entry: Entry) -> bytes:
        return b"".join(lines_of(self.reader.rows(HELD, [entry.batch])))

    def encoded(self, outcome: Outcome) -> bytes:
        """An outcome as the lines that the store's rows give."""
        return b"".join(lines_of(rows_now(outcome, self._preset)))


def rows_now(outcome: Outcome, preset: Preset) -> list[dict[str, Any]]:
    """An outcome as the rows that a store would give."""
    rows = to_arrow(outcome, form_of(preset), Placement(0, 0, 0))
    found: list[dict[str, Any]] = rows.select(list(_COMPARED)).to_pylist()
    return found


def lines_of(rows: list[dict[str, Any]]) -> list[bytes]:
    """A line for each row; its JSON sorted, for a database keeps it in an order of its own."""
    rows.sort(key=_PLACE)
    for row in rows:
        row.update({name: msgspec.json.decode(row[name]) for name in _JSON})
    return [msgspec.json.encode(row, order="sorted") + b"\n" for row in rows]


def _told(difference: Difference) -> str:
    then, now = (
        msgspec.json.decode(line) if line else {} for line in (difference.then, difference.now)
    )
    names = sorted(name for name in then | now if then.get(name) != now.get(name))
    shown = ", ".join(f"{name} {then.get(name)} then, {now.get(name)} now" for name in names[:3])
    return f"batch {difference.batch}, {(then or now).get('transaction_id')}: {shown}"
