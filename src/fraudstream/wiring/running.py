"""``run``: a source, the store, more sinks, the engine between them and the server beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

import structlog

from fraudstream.config import Home, Settings
from fraudstream.engine import Engine, FileCheckpoints, Options, owning
from fraudstream.ports import Source
from fraudstream.serve import Server
from fraudstream.sources.spool import Spool
from fraudstream.stores.duckdb import DuckDBStore
from fraudstream.wiring.asking import store_path
from fraudstream.wiring.building import Deciding
from fraudstream.wiring.champions import chosen
from fraudstream.wiring.places import Opening, only_source, open_sink, open_source
from fraudstream.wiring.presets import preset_named
from fraudstream.wiring.progress import Progress
from fraudstream.wiring.watching import Health, Tally, Watching

__all__ = ["Tally", "run_stream"]

log = structlog.get_logger()


def run_stream(settings: Settings, stop: Event, progress: Progress, follow: bool = False) -> Tally:
    """Decide a source until it ends or ``stop`` is set; returns what was decided."""
    place = only_source(settings)
    preset = preset_named(settings.preset)
    home = Home(settings.home).made()
    programs = chosen(settings, preset)
    program = programs.current()
    opening = Opening(preset, program.pipeline.extractor.decoder, home, follow)
    watching = Watching(progress, _size(place))
    with ExitStack() as stack:
        stack.enter_context(owning(home.folder))
        store = _closing(stack, DuckDBStore(store_path(settings), preset))
        sinks = [_closing(stack, open_sink(sink, opening)) for sink in settings.run.sink]
        source = _closing(stack, open_source(place, opening))
        stack.enter_context(_serving(settings, store, watching))
        options = _options(settings, source, watching)
        engine = Engine(programs, source, store, sinks, FileCheckpoints(home.checkpoints), options)
        _announce(program, source, store, sinks)
        engine.run(stop)
    return watching.tally


def _closing(stack: ExitStack, thing: Any) -> Any:
    stack.callback(thing.close)
    return thing


def _options(settings: Settings, source: Source, watcher: Watching) -> Options:
    release = source.release if isinstance(source, Spool) else Options().release
    return Options(
        max_batch=settings.engine.max_batch,
        checkpoint_seconds=settings.engine.checkpoint_every / 1000,
        watcher=watcher,
        release=release,
    )


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
def _serving(settings: Settings, store: DuckDBStore, watching: Watching) -> Iterator[None]:
    """The HTTP server, unless it is switched off."""
    if settings.run.http in ("", "off"):
        yield
        return
    with Server(_Answers(store, watching.health), settings.run.http, settings.home) as server:
        log.info("listening", address=server.address)
        yield


@dataclass(frozen=True, slots=True)
class _Answers:
    """The running engine as its server sees it."""

    store: DuckDBStore
    health: Health

    def explain(self, transaction_id: str) -> dict[str, Any]:
        reader = self.store.reader()
        try:
            return reader.explain(transaction_id)
        finally:
            reader.close()

    def readiness(self) -> dict[str, Any]:
        return self.health.readiness()
