"""The kernel and the oracle over the same stream."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from fraudstream.admission import Admission, Entry, admit
from fraudstream.codec.siphash import hash_text
from fraudstream.features import FeatureState, Plan, observe, plan_of
from fraudstream.schema import Preset
from tests.oracle.features import Oracle
from tests.oracle.happening import Happening, Hash, batch_of

SECRET = bytes(16)
FOREVER = 1 << 60


@lru_cache(maxsize=100_000)
def plain(text: str) -> tuple[int, int]:
    """The hash that decoding gives."""
    return hash_text(SECRET, text)


def colliding(text: str) -> tuple[int, int]:
    """Hashes that agree in 64 bits: of accounts in the low half, of merchants in the high half."""
    low, high = plain(text)
    return {"a": (12345, high), "m": (low, 67890)}.get(text[0], (low, high))


class Kernel:
    """Admission and features of one preset, batch by batch."""

    def __init__(self, preset: Preset, hashing: Hash = plain) -> None:
        self.preset = preset
        self.hashing = hashing
        self.plan: Plan = plan_of(preset, SECRET)
        self.admission = Admission.empty(Entry.of(preset))
        self.state = FeatureState.empty(self.plan)

    def take(self, events: Sequence[Happening]) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
        """Aggregates (without the inputs) and flags of the transactions in a batch."""
        batch = batch_of(self.preset, events, self.hashing)
        observed = observe(self.plan, self.state, admit(self.admission, batch, FOREVER))
        return observed.matrix[:, len(self.preset.inputs) :], observed.flags

    def restart(self) -> None:
        """Forget everything but a snapshot."""
        admission, features = self.admission.snapshot(), self.state.snapshot()
        self.admission = Admission.restore(Entry.of(self.preset), admission)
        self.state = FeatureState.restore(self.plan, features)


def expected(
    preset: Preset, events: Sequence[Happening]
) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """What the oracle says of a stream's transactions."""
    oracle = Oracle(preset)
    rows = [row for event in events if (row := oracle.take(event)) is not None]
    matrix = np.array([values for values, _ in rows]).reshape(len(rows), len(preset.features))
    return matrix, np.array([flags for _, flags in rows], np.uint8)


def differences(
    preset: Preset, found: NDArray[np.float64], right: NDArray[np.float64]
) -> list[str]:
    """Where two matrices are not the same bits (one missing value is like another)."""
    differing = ~((found == right) | (np.isnan(found) & np.isnan(right)))
    return [
        f"row {row} {preset.features[column]}: {found[row, column]!r}, not {right[row, column]!r}"
        for row, column in np.argwhere(differing)[:5]
    ]
