"""A stretch of the past in a file, read the way the engine would have read it live."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fraudstream.codec import Decoder
from fraudstream.config import Home
from fraudstream.engine.engine import utc_ms
from fraudstream.errors import InputInvalid, Problem, UsageInvalid
from fraudstream.events import Reject
from fraudstream.pipeline import Extracted, Extractor, State, extract
from fraudstream.ports import Source
from fraudstream.schema import FieldType, Preset
from fraudstream.schema.nearest import did_you_mean
from fraudstream.sources.order import look, require_order
from fraudstream.wiring.places import Opening, open_file, transaction_times
from fraudstream.wiring.progress import Progress

__all__ = ["KEY", "History", "Reading", "Refusals"]

ROWS = 65_536

KEY = b"fraudstream past"
"""Keys the hashes of ids while history is read: nothing that is kept holds one, so it need not be
secret, and the same data gives the same model everywhere."""


@dataclass(frozen=True, slots=True)
class History:
    """What the command line says of data: where it is, where its labels are, when it arrived."""

    data: Path
    labels: Path | None = None
    arrival: str | None = None


class Refusals:
    """The messages of a history that were not used, counted by reason."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._firsts: dict[str, Reject] = {}

    def add(self, rejects: Iterable[Reject]) -> None:
        """Count some more, in log order."""
        for reject in rejects:
            self.counts[reject.reason] += 1
            self._firsts.setdefault(reject.reason, reject)

    def told(self, name: str) -> str:
        """For a person: how many, why, and the first of each reason; empty if there is none."""
        if not self.counts:
            return ""
        head = f"{self.counts.total():,} messages of {name} were not used, first of each reason:"
        return "\n  ".join([head, *self._lines()])

    def problems(self) -> list[Problem]:
        """The same, for an error."""
        return [Problem(line) for line in self._lines()]

    def _lines(self) -> list[str]:
        return [
            f"{reason} {count:,}: {self._firsts[reason].detail}"
            for reason, count in self.counts.most_common()
        ]


class Reading:
    """A history and what reads it; ``refusals`` is complete when all of it was read."""

    def __init__(self, preset: Preset, history: History) -> None:
        self.history = history
        self.refusals = Refusals()
        self.preset = arriving(preset, history.arrival)
        self.extractor = Extractor.of(self.preset, KEY)

    def extracted(self, progress: Progress) -> Iterator[Extracted]:
        """The features of the whole history, batch by batch, after a look at its order.

        Raises ``InputInvalid`` where more than one in a hundred events would come too late, or
        where there is not a single transaction.
        """
        self.require_order(progress)
        state, as_of, done = State.empty(self.extractor), utc_ms(), 0
        source = self.source()
        try:
            while (records := source.poll(ROWS)) is not None:
                chunk = extract(self.extractor, state, records, as_of)
                self.refusals.add(chunk.rejects)
                done += len(chunk.events)
                progress("computing features, transactions", done, 0)
                yield chunk
        finally:
            source.close()
        self.require_some(done)

    def require_some(self, transactions: int) -> None:
        """Raises ``InputInvalid`` where there was not a single transaction."""
        if not transactions:
            raise InputInvalid(
                f"{self.history.data} holds no transaction that can be used",
                self.refusals.problems(),
                advice="See what is wrong with its messages: fraudstream run --source "
                f"{self.history.data}, then fraudstream rejects list.",
            )

    def source(self) -> Source:
        """The history from its beginning."""
        decoder = self.extractor.decoder
        return open_file(self.history.data, Opening(self.preset, decoder, _NOWHERE))

    def require_order(self, progress: Progress) -> None:
        """Look at the order first; raises ``InputInvalid`` where it would distort features."""
        if self.preset.input.arrival != "log":
            return
        source = self.source()
        try:
            found = look(
                _times(source, self.extractor.decoder, progress), self.preset.input.lateness
            )
        finally:
            source.close()
        require_order(str(self.history.data), found)


_NOWHERE = Home(Path())
"""Reading history leaves nothing behind."""


def arriving(preset: Preset, arrival: str | None) -> Preset:
    """The preset with another clock: ``log``, ``event_time`` or one of its time fields."""
    if arrival is None:
        return preset
    times = [field.name for field in preset.fields if field.type is FieldType.TIME]
    known = ["log", *times]
    if arrival not in known:
        raise UsageInvalid(
            f'no time field "{arrival}" to tell arrival{did_you_mean(arrival, known)}',
            advice=f"Known are: {', '.join(known)}.",
        )
    return replace(preset, input=replace(preset.input, arrival=arrival))


def _times(source: Source, decoder: Decoder, progress: Progress) -> Iterator[NDArray[np.int64]]:
    times, done = transaction_times(decoder), 0
    while (records := source.poll(ROWS)) is not None:
        done += len(records)
        progress("looking at the order, messages", done, 0)
        yield times(records)
