"""The engine's state between two runs: whether it fits, and making it anew from the log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from threading import Event
from typing import Any

from fraudstream.config import Home, Settings
from fraudstream.decisions import Outcome
from fraudstream.engine import FileCheckpoints, owning, rebuild
from fraudstream.engine.ranges import read_again
from fraudstream.engine.recovery import entry_mark
from fraudstream.errors import CheckFailed, CheckpointIncompatible
from fraudstream.events import Records
from fraudstream.ports import Checkpoint, Entry, Primary
from fraudstream.stores.sql.archive import archived
from fraudstream.wiring.building import Deciding, deciding, hashing_key
from fraudstream.wiring.outlets import outlets_of
from fraudstream.wiring.places import Opening, only_source, open_sink, opened_log
from fraudstream.wiring.presets import preset_named
from fraudstream.wiring.progress import Progress
from fraudstream.wiring.schemes import is_store
from fraudstream.wiring.stores import Store, is_same_store, open_reader

__all__ = ["newest_state", "rebuilt", "verified"]


def newest_state(settings: Settings) -> dict[str, Any]:
    """What the newest checkpoint holds; raises ``CheckFailed`` if there is none."""
    return _figures(_newest(settings))


def verified(settings: Settings) -> dict[str, Any]:
    """Check the newest checkpoint against preset and journal; raises what is wrong with it.

    ``CheckpointIncompatible`` where it is of other features, ``CheckFailed`` where the journal of
    the primary sink does not know its batch.
    """
    checkpoint = _newest(settings)
    with ExitStack() as stack:
        past = _Past(settings, stack)
        if checkpoint.fingerprint != past.program.fingerprint:
            raise CheckpointIncompatible(
                f"The state is of features {checkpoint.fingerprint}, the preset has "
                f"{past.program.fingerprint}.",
                advice="Make it anew: fraudstream state rebuild, or go back to the former preset.",
            )
        entry = next(iter(past.primary.entries(checkpoint.batch - 1)), None)
        if entry is None or checkpoint.meta.get("entry") != entry_mark(entry):
            raise CheckFailed(
                f"The journal of {past.primary.name} has another batch {checkpoint.batch} than "
                "the one that the checkpoint was saved after.",
                advice="Point --sink at the journal that belongs to this home, or make the state "
                "anew: fraudstream state rebuild",
            )
        past.program.restore(checkpoint.arrays)
        behind = past.primary.position() - checkpoint.batch
    return {**_figures(checkpoint), "batches_to_compute_at_start": behind}


def rebuilt(settings: Settings, stop: Event, progress: Progress) -> dict[str, Any]:
    """Lead the journal's messages through the preset's present features and keep that state.

    Decisions stay as they are; the next start goes on with the new features. The source is the log,
    or a store, which keeps events for longer. Raises ``InputInvalid`` where the source does not
    reach back to the journal's messages.
    """
    with ExitStack() as stack:
        stack.enter_context(owning(Home(settings.home).made().folder))
        past = _Past(settings, stack)
        checkpoint = rebuild(past.program, past.batches(settings, stop, progress))
        if stop.is_set():
            raise CheckFailed("Stopped; the state is as it was.", advice="Start again.")
        FileCheckpoints(Home(settings.home).checkpoints).save(checkpoint)
    return _figures(checkpoint)


class _Past:
    """The journal and what would go on from it, opened for one command."""

    def __init__(self, settings: Settings, stack: ExitStack) -> None:
        self._stack = stack
        preset = preset_named(settings.preset)
        self.program: Deciding = deciding(preset, hashing_key(settings))
        decoder = self.program.pipeline.extractor.decoder
        self.opening = Opening(preset, decoder, Home(settings.home), kafka=settings.kafka)
        self._place = outlets_of(settings).primary
        self.primary: Primary[Outcome] = open_sink(self._place, self.opening)
        stack.callback(self.primary.close)

    def batches(
        self, settings: Settings, stop: Event, progress: Progress
    ) -> Iterator[tuple[Entry, Records]]:
        """The journal's batches with their messages, until told to stop."""
        place, last = only_source(settings), self.primary.position()
        past = self._of_store(place) if is_store(place) else self._of_log(settings)
        for entry, records in past:
            if stop.is_set():
                return
            progress("computing the state, batches", entry.batch, last)
            yield entry, records

    def _of_log(self, settings: Settings) -> Iterator[tuple[Entry, Records]]:
        source = self._stack.enter_context(opened_log(settings, self.opening))
        return ((entry, read_again(source, entry)) for entry in self.primary.entries(-1))

    def _of_store(self, place: str) -> Iterator[tuple[Entry, Records]]:
        """Only one connection can have an embedded store open."""
        if isinstance(self.primary, Store) and is_same_store(place, self._place):
            reader = self.primary.reader()
        else:
            reader = open_reader(place)
        self._stack.callback(reader.close)
        return archived(reader, -1)


def _newest(settings: Settings) -> Checkpoint:
    folder = Home(settings.home).checkpoints
    checkpoint = FileCheckpoints(folder).newest()
    if checkpoint is None:
        raise CheckFailed(
            f"there is no checkpoint in {folder}: nothing was decided here yet",
            advice="Decide something first (fraudstream run), or name its folder with --home.",
        )
    return checkpoint


def _figures(checkpoint: Checkpoint) -> dict[str, Any]:
    position: Mapping[int, int] = checkpoint.position
    return {
        "batch": checkpoint.batch,
        "position": {str(partition): at for partition, at in position.items()},
        "features": checkpoint.fingerprint,
        "bytes": sum(array.nbytes for array in checkpoint.arrays.values()),
        "arrays": len(checkpoint.arrays),
        **checkpoint.meta,
    }
