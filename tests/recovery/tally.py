"""The smallest program that can be wrong after a crash: a running sum per key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from fraudstream.engine.program import Arrays
from fraudstream.events import Lines, Reason, Records, Reject


@dataclass
class Sums:
    by_key: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Tallied:
    """What an engine's sinks ask of an outcome, and the lines that say what was decided."""

    source: str
    lines: tuple[bytes, ...]
    rejects: tuple[Reject, ...]


@dataclass(frozen=True)
class Tally:
    """Adds ``amount`` to the sum of ``key``; a message that is not JSON is a reject."""

    fingerprint: str = "sums/1"
    versions: Mapping[str, str | None] = field(default_factory=lambda: {"model": "1"})

    def empty(self) -> Sums:
        return Sums()

    def restore(self, arrays: Arrays) -> Sums:
        return Sums(dict(zip(arrays["keys"].tolist(), arrays["sums"].tolist(), strict=True)))

    def snapshot(self, state: Sums) -> Arrays:
        return {
            "keys": np.array(list(state.by_key), np.int64),
            "sums": np.array(list(state.by_key.values()), np.int64),
        }

    def memory(self, state: Sums) -> int:
        return 16 * len(state.by_key)

    def step(self, state: Sums, records: Records, as_of: int) -> Tallied:
        lines, rejects = [], list(records.rejects)
        assert isinstance(records.payload, Lines)
        for row, offset in enumerate(records.offsets.tolist()):
            raw = records.payload.raw(row)
            try:
                lines.append(self._line(state, json.loads(raw), offset))
            except ValueError as error:
                rejects.append(Reject(Reason.JSON_MALFORMED, str(error), raw, 0, offset))
        return Tallied(records.source, tuple(lines), tuple(rejects))

    def _line(self, state: Sums, message: dict[str, int], offset: int) -> bytes:
        key = message["key"]
        state.by_key[key] = state.by_key.get(key, 0) + message["amount"]
        model = self.versions["model"]
        return b"%d %d %d %s\n" % (offset, key, state.by_key[key], str(model).encode())


def encode(outcome: Tallied) -> bytes:
    return b"".join(outcome.lines)


def messages(count: int, keys: int = 7) -> list[bytes]:
    """Lines of input, every hundredth of them broken."""
    return [
        b'{"key":%d,"amount":%d}' % (i * i % keys, i) if i % 100 != 99 else b"{broken"
        for i in range(count)
    ]
