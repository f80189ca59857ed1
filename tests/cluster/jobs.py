"""A job as a user starts it: a driver in a process of its own, which can be watched and killed."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from tests.e2e.program import BIN

PATIENCE = 600.0
"""Seconds after which a job that does not get on fails the test."""


@dataclass(frozen=True)
class Job:
    """``fraudstream run --on`` with its options; the checkpoint is in its home."""

    home: Path
    on: str
    source: str
    sinks: tuple[str, ...]
    settings: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def started(self, *more: str) -> Iterator[subprocess.Popen[bytes]]:
        """Under way; killed at the end if it still runs."""
        said = (self.home / "said").open("w")
        job = subprocess.Popen(
            [str(BIN / "fraudstream"), *self._words(), *more],
            env=self._environment(),
            stderr=said,
            stdout=said,
        )
        try:
            yield job
        finally:
            job.kill()
            job.wait()
            said.close()

    def finished(self, *more: str) -> tuple[int, str]:
        """Run to its end: exit code and what it said."""
        with self.started(*more) as job:
            code = job.wait(timeout=PATIENCE)
            return code, (self.home / "said").read_text()

    def replayed(self, database: str) -> tuple[int, str]:
        """``replay --check`` on the same cluster, against a database: exit code and report."""
        words = ["replay", "--check", "--on", self.on, "--format", "json"]
        done = subprocess.run(
            [str(BIN / "fraudstream"), *words, "--home", str(self.home), "--source", self.source],
            env={**self._environment(), "FRAUDSTREAM_STORE__URL": database},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def wait_within(self, batch: int) -> int:
        """Return while this batch or a later one is under way, and which one that is.

        Spark has noted its offsets then, and not its end.
        """
        deadline = time.monotonic() + PATIENCE
        while (newest := self.newest("offsets")) < batch or self.newest("commits") >= newest:
            assert time.monotonic() < deadline, self._log()
            time.sleep(0.02)
        return newest

    def newest(self, log: str) -> int:
        """The newest batch in Spark's log of ``offsets`` or of ``commits``; -1 for none."""
        folder = self.home / "spark" / "fraudstream" / log
        names = os.listdir(folder) if folder.exists() else []
        return max((int(name) for name in names if name.isdecimal()), default=-1)

    def _log(self) -> str:
        return (self.home / "spark" / "fraudstream.log").read_text()[-2000:]

    def _environment(self) -> dict[str, str]:
        settings = {f"FRAUDSTREAM_SPARK__{name}": value for name, value in self.settings.items()}
        return {**os.environ, **settings}

    def _words(self) -> list[str]:
        words = ["run", "--on", self.on, "--home", str(self.home), "--source", self.source]
        return [*words, *(word for sink in self.sinks for word in ("--sink", sink))]


def kill_an_executor() -> None:
    """End one of the processes that a cluster's workers have started for a job (SIGKILL)."""
    executors = [
        process
        for process in psutil.process_iter(["cmdline"])
        if any("CoarseGrainedExecutorBackend" in word for word in process.info["cmdline"] or ())
    ]
    assert executors, "no job has an executor"
    executors[0].send_signal(signal.SIGKILL)
