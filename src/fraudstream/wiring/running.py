"""``run``: a source, the store, more sinks, the engine between them and the server beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import structlog

from fraudstream.config import Home, Settings
from fraudstream.decisions import Action, Outcome
from fraudstream.engine import Engine, FileCheckpoints, Options, owning
from fraudstream.ports import Entry, Source
from fraudstream.serve import Server
from fraudstream.sources.spool import Spool
from fraudstream.stores.duckdb import DuckDBStore
from fraudstream.wiring.asking import store_path
from fraudstream.wiring.building import Deciding
from fraudstream.wiring.champions import chosen
from fraudstream.wiring.places import Opening, only_source, open_sink, open_source
from fraudstream.wiring.presets import preset_named
from fraudstream.wiring.progress import Progress

__all__ = ["Tally", "run_stream"]

log = structlog.get_logger()


@dataclass(slots=True)
class Tally:
    """What a run has decided so far."""

    actions: Counter[str] = field(default_factory=Counter)
    rejects: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    batch: int = -1

    @property
    def decisions(self) -> int:
        """How many transactions were decided."""
        return self.actions.total()

    def add(self, outcome: Outcome, seconds: float) -> None:
        """Count a batch."""
        counts = np.bincount(outcome.actions, minlength=len(Action)).tolist()
        self.actions.update({a.name.lower(): n for a, n in zip(Action, counts, strict=True)})
        self.rejects.update(str(reject.reason) for reject in outcome.rejects)
        self.seconds += seconds

    def __str__(self) -> str:
        lines = [f"{self.decisions:,} decisions{_counts(self.actions)}"]
        if self.rejects:
            lines.append(f"{self.rejects.total():,} rejects{_counts(self.rejects)}")
        if self.seconds and self.decisions:
            rate = self.decisions / self.seconds
            lines.append(f"{rate:,.0f} decisions a second (in memory, before they are written)")
        return "\n".join(lines)


def _counts(counter: Counter[str]) -> str:
    parts = [f"{name} {count:,}" for name, count in counter.most_common()]
    return f": {', '.join(parts)}" if parts else ""


def run_stream(settings: Settings, stop: Event, progress: Progress, follow: bool = False) -> Tally:
    """Decide a source until it ends or ``stop`` is set; returns what was decided."""
    place = only_source(settings)
    preset = preset_named(settings.preset)
    home = Home(settings.home).made()
    programs = chosen(settings, preset)
    program = programs.current()
    opening = Opening(preset, program.pipeline.extractor.decoder, home, follow)
    tally = Tally()
    with ExitStack() as stack:
        stack.enter_context(owning(home.folder))
        store = _closing(stack, DuckDBStore(store_path(settings), preset))
        sinks = [_closing(stack, open_sink(sink, opening)) for sink in settings.run.sink]
        source = _closing(stack, open_source(place, opening))
        stack.enter_context(_serving(settings, store, tally))
        options = _options(settings, source, _observer(tally, progress, _size(place)))
        engine = Engine(programs, source, store, sinks, FileCheckpoints(home.checkpoints), options)
        _announce(program, source, store, sinks)
        engine.run(stop)
    return tally


def _closing(stack: ExitStack, thing: Any) -> Any:
    stack.callback(thing.close)
    return thing


def _options(settings: Settings, source: Source, observe: Any) -> Options:
    release = source.release if isinstance(source, Spool) else Options().release
    return Options(
        max_batch=settings.engine.max_batch,
        checkpoint_seconds=settings.engine.checkpoint_every / 1000,
        observe=observe,
        release=release,
    )


def _observer(tally: Tally, progress: Progress, size: int) -> Any:
    def observe(entry: Entry, outcome: Outcome, seconds: float) -> None:
        tally.add(outcome, seconds)
        tally.batch = entry.batch
        done = max(entry.end.values(), default=0)
        progress("deciding", *((done, size) if size else (tally.decisions, 0)))

    return observe


def _size(place: str) -> int:
    """Bytes of a file of lines, in which positions are counted; 0 where nothing is known."""
    path = Path(place)
    return path.stat().st_size if path.suffix in (".jsonl", ".csv") and path.is_file() else 0


def _announce(program: Deciding, source: Source, store: DuckDBStore, sinks: list[Any]) -> None:
    batch = store.position()
    log.info(
        "starting",
        source=source.name,
        primary=store.name,
        sinks=[sink.name for sink in sinks],
        going_on_after_batch=batch if batch >= 0 else None,
        **program.versions,
    )


@contextmanager
def _serving(settings: Settings, store: DuckDBStore, tally: Tally) -> Iterator[None]:
    """The HTTP server, unless it is switched off."""
    if settings.run.http in ("", "off"):
        yield
        return
    with Server(_Answers(store, tally), settings.run.http, settings.home) as server:
        log.info("listening", address=server.address)
        yield


@dataclass(frozen=True, slots=True)
class _Answers:
    """The running engine as its server sees it."""

    store: DuckDBStore
    tally: Tally

    def explain(self, transaction_id: str) -> dict[str, Any]:
        reader = self.store.reader()
        try:
            return reader.explain(transaction_id)
        finally:
            reader.close()

    def readiness(self) -> dict[str, Any]:
        return {"ready": True, "batch": self.tally.batch, "decisions": self.tally.decisions}
