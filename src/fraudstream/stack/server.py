"""A server as a child process that outlives its parent and can be found again.

Beside its log stands ``NAME.pid``, locked by the server and by everything it starts, for the lock
is inherited: it is held exactly as long as something of the server lives, so it is never stale, and
whoever has the file open is who must be stopped. A process id alone could be another program's by
now.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from fraudstream.errors import NotInstalled, NotReachable, Problem

__all__ = ["Launch", "Server"]

PAUSE = 0.05
ORPHANED = 2.0
"""Seconds in which what a server started may end by itself after it."""

TAIL = 15
SETTINGS = "FRAUDSTREAM_"

_children: list[subprocess.Popen[bytes]] = []
"""What this process has started and must reap; a server object may be forgotten before that."""


@dataclass(frozen=True, slots=True)
class Launch:
    """How a server is started: its command line, what is added to its environment, where, as whom.

    Our own settings in the environment, among which are secrets, are not passed on.
    """

    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path = Path("/")
    user: str | None = None


class Server:
    """One server of a folder: ``NAME.log`` and ``NAME.pid`` are there, and say all there is."""

    def __init__(self, name: str, folder: Path, stop_signal: int = signal.SIGTERM) -> None:
        self.name = name
        self.folder = folder
        self.stop_signal = stop_signal
        self.log = folder / f"{name}.log"
        self.pid_file = folder / f"{name}.pid"

    def running(self) -> bool:
        """Whether anything of it lives, whoever started it."""
        _reap()
        if not self.pid_file.exists():
            return False
        with self.pid_file.open("rb") as file:
            return not _lock(file.fileno())

    def pid(self) -> int | None:
        """The id of its first process while that lives, or None."""
        words = self._noted() if self.running() else []
        return int(words[0]) if words else None

    def started_at(self) -> int:
        """When it was last started, in nanoseconds of some clock; to order servers by."""
        words = self._noted()
        return int(words[1]) if words else sys.maxsize

    def start(self, launch: Launch) -> None:
        """Start it, unless it runs; its output is added to its log."""
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(self.pid_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            if _lock(lock):
                os.ftruncate(lock, 0)
                child = self._spawn(launch, lock)
                _children.append(child)
                os.pwrite(lock, f"{child.pid} {time.time_ns()}\n".encode(), 0)
        finally:
            os.close(lock)

    def wait_ready(
        self, ready: Callable[[], bool], timeout: float = 60, every: float = PAUSE
    ) -> None:
        """Return once ``ready`` says so; raises ``NotReachable`` with the end of its log.

        It is asked ``every`` so many seconds, for at most ``timeout`` seconds.
        """
        deadline = time.monotonic() + timeout
        while not ready():
            if not self.running():
                raise self._failure("ended instead of starting")
            if time.monotonic() > deadline:
                raise self._failure(f"was not ready after {timeout:.0f} s")
            time.sleep(every)

    def ask_to_stop(self) -> None:
        """Let it end in its own way, and do not wait for that."""
        pid = self.pid()
        if pid is not None:
            self._send([pid], signal.SIGCONT, self.stop_signal)

    def stop(self, timeout: float = 30) -> None:
        """Ask it to end; after ``timeout`` seconds, or if it cannot be asked, kill it.

        What it started and leaves behind is killed a moment later.
        """
        pid = self.pid()
        self.ask_to_stop()
        if pid is not None and _within(timeout, lambda: self._ended(pid)):
            self._gone_within(ORPHANED)
        self.kill()

    def kill(self) -> None:
        """End it, and all that it started, without a chance to save anything (SIGKILL)."""
        while self.running():
            killed = self.family()
            self._send(killed, signal.SIGKILL)
            self._gone_within(1)
            # A process closes its files a moment before its id is free, and PostgreSQL does not
            # start beside a process that has the id in its lock file.
            _within(1, partial(_are_free, killed))

    def pause(self) -> None:
        """Let nothing of it run until ``resume``, as if its machine hung (SIGSTOP)."""
        self._send(self.family(), signal.SIGSTOP)

    def resume(self) -> None:
        """Go on after ``pause``."""
        self._send(self.family(), signal.SIGCONT)

    def tail(self, lines: int = TAIL) -> list[str]:
        """The last lines of its log."""
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return text.splitlines()[-lines:]

    def family(self) -> list[int]:
        """The processes that hold its file open: the server's own, and those it started."""
        if not self.running():
            return []
        held = self.pid_file.stat()
        own = os.getpid()
        return [pid for pid in _processes() if pid != own and _has_open(pid, held)]

    def _noted(self) -> list[str]:
        return self.pid_file.read_text(encoding="ascii").split()

    def _spawn(self, launch: Launch, lock: int) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            try:
                return subprocess.Popen(
                    list(launch.command),
                    env={**_inherited(), **launch.environment},
                    cwd=launch.folder,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    pass_fds=(lock,),
                    start_new_session=True,
                    user=launch.user,
                    group=launch.user,
                    extra_groups=[] if launch.user else None,
                )
            except FileNotFoundError as error:
                raise NotInstalled(
                    f"{self.name} cannot be started.",
                    [Problem("is not installed", str(launch.command[0]))],
                    "See what is missing: fraudstream doctor",
                ) from error

    def _ended(self, pid: int) -> bool:
        """Whether its first process has ended."""
        return not self.running() or not _is_taken(pid)

    def _gone_within(self, timeout: float) -> bool:
        return _within(timeout, lambda: not self.running())

    def _send(self, pids: Sequence[int], *signals: int) -> None:
        for pid in pids:
            for number in signals:
                try:
                    os.kill(pid, number)
                except ProcessLookupError:
                    break

    def _failure(self, what: str) -> NotReachable:
        return NotReachable(
            f"{self.name} {what}.",
            [Problem(line, self.log.name) for line in self.tail()],
            f"All of its log: {self.log}",
        )


def _inherited() -> dict[str, str]:
    return {name: text for name, text in os.environ.items() if not name.startswith(SETTINGS)}


def _reap() -> None:
    _children[:] = [child for child in _children if child.poll() is None]


def _within(timeout: float, holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + timeout
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE)
    return True


def _are_free(pids: Sequence[int]) -> bool:
    _reap()
    return not any(map(_is_taken, pids))


def _is_taken(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        pass
    return True


def _lock(descriptor: int) -> bool:
    """Take the lock unless another process has it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _processes() -> list[int]:
    return [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]


def _has_open(pid: int, file: os.stat_result) -> bool:
    folder = f"/proc/{pid}/fd"
    try:
        return any(_is(f"{folder}/{number}", file) for number in os.listdir(folder))
    except OSError:  # it has ended, or is somebody else's
        return False


def _is(path: str, file: os.stat_result) -> bool:
    try:
        return os.path.samestat(os.stat(path), file)
    except OSError:
        return False
