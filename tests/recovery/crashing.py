"""Ends the process with SIGKILL at a chosen call to the file system."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Moment = Literal["before", "halfway", "after"]
CALLS = ("pwrite", "fsync", "ftruncate", "replace", "unlink")


@dataclass
class Calls:
    """Counts the calls that change files; dies at number ``fatal``, if there is one."""

    fatal: int | None = None
    moment: Moment = "before"
    count: int = 0

    def install(self) -> None:
        """Take the place of the functions in ``os``, for good: only in a process of its own."""
        for name in CALLS:
            setattr(os, name, self._counting(name, getattr(os, name)))

    def _counting(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*arguments: Any, **named: Any) -> Any:
            number = self.count
            self.count += 1
            if number != self.fatal:
                return call(*arguments, **named)
            if self.moment == "halfway" and name == "pwrite":
                descriptor, data, at = arguments
                call(descriptor, bytes(data)[: len(data) // 2], at)
            if self.moment == "after":
                call(*arguments, **named)
            os.kill(os.getpid(), signal.SIGKILL)

        return counting
