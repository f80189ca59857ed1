"""What every import does: check all rows first, then add messages to the log and count."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from threading import Event

from fraudstream.config import Settings
from fraudstream.errors import CheckFailed, InputInvalid, Problem
from fraudstream.wiring.importing.logs import Addition, Log
from fraudstream.wiring.importing.tables import Row, Source, rows_in
from fraudstream.wiring.progress import Progress

__all__ = ["AT_ONCE", "Imported", "Job", "Wanted"]

AT_ONCE = 5_000
_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a command asks for: rows of ``source`` into the log at ``to`` (None: the engine's own).

    ``skip_bad``: bad rows are named and left out. ``again``: what the store knows is sent too.
    """

    source: Source
    to: str | None = None
    skip_bad: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the rows."""

    log: str
    rows: int
    written: int
    repeated: int
    known: int
    bad: tuple[Problem, ...] = ()

    def figures(self) -> dict[str, int | str]:
        """For a report."""
        return {
            "log": self.log,
            "rows": self.rows,
            "written": self.written,
            "repeated_in_the_source": self.repeated,
            "known_to_the_store": self.known,
            "bad": len(self.bad),
        }


@dataclass(slots=True)
class Job:
    """One import under way."""

    wanted: Wanted
    stop: Event
    progress: Progress
    problems: list[Problem] = field(default_factory=list)
    rows: int = 0

    def pieces(self, settings: Settings) -> Iterator[list[Row]]:
        """The rows that can be read, some at a time; what is wrong with the others is noted."""
        rows = rows_in(self.wanted.source, settings)
        while piece := list(islice(rows, AT_ONCE)):
            self._require_going()
            self.rows += len(piece)
            self.progress("checking rows", self.rows, 0)
            self.problems += [row.problem(row.fault) for row in piece if row.fault]
            yield [row for row in piece if not row.fault]

    def require_good(self) -> None:
        """Raise ``InputInvalid`` if a row is bad, naming them all; nothing was written yet."""
        if not self.problems or self.wanted.skip_bad:
            return
        more = len(self.problems) - _SHOWN
        rest = [Problem(f"and {more:,} more")] if more > 0 else []
        raise InputInvalid(
            f"{len(self.problems):,} of {self.rows:,} rows are bad; nothing was written.",
            [*self.problems[:_SHOWN], *rest],
            "Correct them, or leave them out with --skip-bad.",
        )

    def write(self, open_log: Callable[[], Log], additions: Sequence[Addition]) -> str:
        """Add messages to the log, which is opened only now; its name."""
        log = open_log()
        for at in range(0, len(additions), AT_ONCE):
            log.append(additions[at : at + AT_ONCE])
            self.progress("writing messages", at, len(additions))
            if self.stop.is_set():
                break
        log.finish()
        self._require_going()
        return log.name

    def _require_going(self) -> None:
        if self.stop.is_set():
            raise CheckFailed(
                "Stopped before everything was written.",
                advice="Run it again: what came twice changes nothing.",
            )
