"""What travels to the workers: a preset and a key, from which each makes its own flow once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from fraudstream.schema import Preset
from fraudstream.spark.flow import Flow, Spread

__all__ = ["Kit"]

_flows: dict[str, Flow] = {}
"""What this process has made, by the kit's mark; compiling one takes longer than a batch."""


@dataclass(frozen=True, slots=True)
class Kit:
    """A flow before it is made. ``source`` is the name of the log, ``key`` that of all hashes."""

    preset: Preset
    key: bytes
    spread: Spread
    source: str
    exact: bool = False

    @property
    def mark(self) -> str:
        """Sixteen hex digits that change with any of this."""
        facts = (self.preset, self.key, self.spread, self.source, self.exact)
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]

    def flow(self) -> Flow:
        """The flow, made at first use in a process."""
        mark = self.mark
        if mark not in _flows:
            _flows[mark] = Flow(self.preset, self.key, self.spread, self.exact)
        return _flows[mark]
