"""The model of the demo and the memory of its bank: made once, then kept in the home folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fraudstream.config import Home, Settings
from fraudstream.engine import FileCheckpoints
from fraudstream.errors import FraudstreamError
from fraudstream.pipeline import Extracted, Extractor, State, extract
from fraudstream.ports import Checkpoint
from fraudstream.schema import Preset
from fraudstream.simulator import Chunk, stream
from fraudstream.simulator import Settings as Bank
from fraudstream.stores.registry import Registry
from fraudstream.training import collect, train
from fraudstream.wiring.building import Deciding, hashing_key, with_model
from fraudstream.wiring.demonstration.bank import records_of
from fraudstream.wiring.demonstration.compiling import Compiling
from fraudstream.wiring.demonstration.plan import Demo
from fraudstream.wiring.progress import Progress

__all__ = ["Warm", "remembered_or_learned"]

DAY = 86_400_000


@dataclass(frozen=True, slots=True)
class Warm(Deciding):
    """A program that begins with a past: what the bank's history left behind."""

    past: State

    def empty(self) -> State:
        """The state before the first live batch."""
        return self.past


def remembered_or_learned(demo: Demo, preset: Preset, progress: Progress) -> Warm:
    """What the demo runs: as the last one left it, or learned now.

    Whoever calls it holds the lock of the demo's folder.
    """
    key = hashing_key(Settings(home=demo.home))
    compiling = Compiling(preset.name)
    try:
        program = _remembered(demo, preset, key)
        chunks = [] if program else list(_simulated(demo, progress))
        compiling.wait(progress)
    finally:
        compiling.stop()
    program = program or _learned(demo, preset, key, chunks, progress)
    progress("loading compiled code", 0, 0)
    _rehearse(program)
    return program


def _remembered(demo: Demo, preset: Preset, key: bytes) -> Warm | None:
    """What an earlier demo with the same bank has learned, if it is there and can be read."""
    extractor = Extractor.of(preset, key)
    try:
        kept = _history(demo).newest()
        if kept is None or kept.fingerprint != demo.mark(_features(extractor, key)):
            return None
        model = _registry(demo).get(str(kept.meta["model"]))
        past = State.restore(extractor, kept.arrays)
    except (FraudstreamError, KeyError):
        return None
    return _warm(with_model(extractor, preset, key, model), past)


def _learned(
    demo: Demo, preset: Preset, key: bytes, chunks: list[Chunk], progress: Progress
) -> Warm:
    """Learn from the bank's past, and keep model and state for next time."""
    extractor = Extractor.of(preset, key)
    state = State.empty(extractor)
    dataset = collect(extractor, _extracted(extractor, state, chunks, progress))
    model = train(dataset, preset.costs, demo.training, progress)
    registry = _registry(demo)
    number = str(registry.promote(registry.add(model).version).version)
    _history(demo).save(
        Checkpoint(
            batch=0,
            position={},
            fingerprint=demo.mark(_features(extractor, key)),
            arrays=state.snapshot(),
            meta={"model": number},
        )
    )
    return _warm(with_model(extractor, preset, key, registry.get(number)), state)


def _warm(deciding: Deciding, past: State) -> Warm:
    return Warm(deciding.pipeline, deciding.fingerprint, past)


def _rehearse(program: Warm) -> None:
    """Decide and explain something once, so that the first live batch does not wait for loading."""
    pipeline = program.pipeline
    records = records_of(next(stream(Bank(customers=10, days=1))), 0)
    outcome = program.step(State.empty(pipeline.extractor), records, int(records.timestamps[-1]))
    pipeline.decider.scorer.explain(outcome.features[:1])


def _simulated(demo: Demo, progress: Progress) -> Iterator[Chunk]:
    bank = demo.history
    for chunk in stream(bank):
        yield chunk
        done = (int(chunk.rows["at"][-1]) - bank.start_ms) // DAY + 1
        progress("simulating history, days", done, round(demo.days))


def _extracted(
    extractor: Extractor, state: State, chunks: list[Chunk], progress: Progress
) -> Iterator[Extracted]:
    first, total = 0, sum(map(len, chunks))
    for chunk in chunks:
        records = records_of(chunk, first)
        yield extract(extractor, state, records, int(records.timestamps[-1]))
        first += len(chunk)
        progress("computing features, events", first, total)


def _features(extractor: Extractor, key: bytes) -> str:
    """Features, their kernel, and the key of the hashes in the state."""
    return f"{extractor.plan.fingerprint} {extractor.plan.kernel} {key.hex()}"


def _history(demo: Demo) -> FileCheckpoints:
    return FileCheckpoints(demo.home / "history")


def _registry(demo: Demo) -> Registry:
    return Registry(Home(demo.home).models)
