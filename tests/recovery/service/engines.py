"""Engines as processes: born, watched through their logs, paused, killed."""

from __future__ import annotations

import ctypes
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from tests.recovery.service.bank import silent
from tests.recovery.service.deaths import Death
from tests.recovery.service.place import Place
from tests.recovery.trials import forked

from fraudstream.wiring.running import run_stream

__all__ = ["Life", "wait_for"]

PATIENCE = 60.0
PR_SET_PDEATHSIG = 1


@dataclass
class Life:
    """A process that runs an engine; ``death`` is what it will do to itself."""

    place: Place
    number: int
    home: str
    death: Death | None = None
    pid: int = 0

    def begin(self) -> None:
        """Start it."""
        self.place.log(self.number).touch()
        self.pid = forked(self._live)

    def says(self) -> str:
        """Its log."""
        return self.place.log(self.number).read_text()

    def leads(self) -> bool:
        """Whether it has said last that it leads."""
        said = self.says()
        return said.rfind("leading ") > said.rfind("taken over")

    def is_over(self) -> bool:
        """Whether it has ended; if so, it was killed."""
        if self.pid and os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            self._buried(-signal.SIGKILL)
        return not self.pid

    def kill(self) -> None:
        """End it at once."""
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            self._buried(-signal.SIGKILL)

    def stop(self) -> None:
        """Let it end in its own way."""
        os.kill(self.pid, signal.SIGTERM)
        self._buried(0)

    def pause(self) -> None:
        """Let it do nothing until it is resumed."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on, without a notion of the time that has passed."""
        os.kill(self.pid, signal.SIGCONT)

    def _buried(self, wanted: int) -> None:
        pid, self.pid = self.pid, 0
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        assert code == wanted, f"an engine ended with {code}:\n{self.says()[-3000:]}"

    def _live(self) -> None:
        end_with_parent()
        stop = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        with self.place.log(self.number).open("a", buffering=1) as log:
            os.dup2(log.fileno(), 2)
            structlog.configure(logger_factory=structlog.WriteLoggerFactory(log))
            if self.death:
                self.death.prepare()
            run_stream(self.place.settings(self.home), stop, silent)


def end_with_parent() -> None:
    """Leave no process behind, whatever ends this one's parent."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def wait_for(reached: Callable[[], bool], patience: float = PATIENCE, pause: float = 0.01) -> None:
    """Until something has come true."""
    until = time.monotonic() + patience
    while not reached():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(pause)
