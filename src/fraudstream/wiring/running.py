"""``run``: a source, the store, more sinks, the engine between them and the server beside it."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import structlog

from fraudstream.config import Home, Settings
from fraudstream.decisions import Outcome
from fraudstream.engine import Engine, FileCheckpoints, Options, owning
from fraudstream.monitoring import Metrics
from fraudstream.ports import Sink, Source
from fraudstream.sources.spool import Spool
from fraudstream.wiring.building import Deciding
from fraudstream.wiring.champions import chosen
from fraudstream.wiring.kafka import kafka_leadership
from fraudstream.wiring.origins import require_same_topics
from fraudstream.wiring.outlets import outlets_of
from fraudstream.wiring.places import Opening, only_source, open_sink, open_source
from fraudstream.wiring.presets import preset_named
from fraudstream.wiring.progress import Progress
from fraudstream.wiring.rehearsing import rehearse
from fraudstream.wiring.schemes import is_kafka
from fraudstream.wiring.serving import Answers, serving
from fraudstream.wiring.stores import Store
from fraudstream.wiring.watching import Tally, Watching

__all__ = ["Tally", "run_stream"]

log = structlog.get_logger()


def run_stream(settings: Settings, stop: Event, progress: Progress, follow: bool = False) -> Tally:
    """Decide a source until it ends or ``stop`` is set; returns what was decided."""
    place = only_source(settings)
    preset = preset_named(settings.preset)
    home = Home(settings.home).made()
    programs = chosen(settings, preset)
    opening = Opening(
        preset, programs.current().pipeline.extractor.decoder, home, follow, kafka=settings.kafka
    )
    outlets = outlets_of(settings)
    with ExitStack() as stack:
        stack.enter_context(owning(home.folder))
        source = _closing(stack, open_source(place, opening))
        opening = replace(opening, origin=source.name)
        primary = _closing(stack, open_sink(outlets.primary, opening))
        sinks = [_closing(stack, open_sink(sink, opening)) for sink in outlets.others]
        if is_kafka(place):
            require_same_topics(primary, source.name)
        metrics = Metrics([source.name, *(sink.name for sink in (primary, *sinks))])
        watching = Watching(progress, metrics, _size(place), getattr(source, "lag", None))
        store = next((s for s in (primary, *sinks) if isinstance(s, Store)), None)
        stack.enter_context(serving(settings, Answers(store, watching, programs)))
        rehearse(programs.current(), preset, (primary, *sinks))
        checkpoints = FileCheckpoints(home.checkpoints)
        options = _options(settings, source, watching)
        if is_kafka(place):
            leadership = _closing(stack, kafka_leadership(place, settings.kafka))
            options = replace(options, leadership=leadership)
        engine = Engine(programs, source, primary, sinks, checkpoints, options)
        _announce(programs.current(), source, engine.outlets())
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
        max_memory=settings.engine.max_memory,
        watcher=watcher,
        release=release,
    )


def _size(place: str) -> int:
    """Bytes of a file of lines, in which positions are counted; 0 where nothing is known."""
    path = Path(place)
    return path.stat().st_size if path.suffix in (".jsonl", ".csv") and path.is_file() else 0


def _announce(program: Deciding, source: Source, outlets: tuple[Sink[Outcome], ...]) -> None:
    primary, *sinks = outlets
    log.info(
        "starting",
        source=source.name,
        primary=primary.name,
        sinks=[sink.name for sink in sinks],
        **program.versions,
    )
