"""One server for all workers of a run: whoever asks first starts it, the run's end stops it."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fraudstream.errors import FraudstreamError, NotInstalled
from fraudstream.stack import Server
from fraudstream.stack.folder import Folder
from fraudstream.stack.server import Launch

FOLDER = "TESTS_SERVICES"
"""The variable that tells workers the folder of the run."""


def begin() -> None:
    """Make the folder of the run, unless this is a worker of one."""
    folder = tempfile.mkdtemp(prefix="fraudstream-tests-")
    Path(folder).chmod(0o711)  # the database's own user passes through
    os.environ[FOLDER] = folder


def take_part() -> None:
    """Note this process as one of the run; the first one is the run itself."""
    with (Path(os.environ[FOLDER]) / "run").open("a", encoding="ascii") as file:
        file.write(f"{os.getpid()}\n")


def members(folder: Path) -> list[int]:
    """The processes of a run, itself first."""
    return [int(line) for line in (folder / "run").read_text(encoding="ascii").split()]


def end(folder: Path) -> None:
    """Stop all that runs in the folder of a run, and delete it."""
    for plan in folder.glob("*/.fraudstream/stack/stack.json"):
        Folder(plan.parent).remove()
    for pid_file in folder.glob("*/*.pid"):
        Server(pid_file.stem, pid_file.parent).kill()
    shutil.rmtree(folder)


def folder_of(name: str) -> Path:
    folder = Path(os.environ[FOLDER]) / name
    folder.mkdir(exist_ok=True)
    folder.chmod(0o711)
    return folder


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Nobody else is in the block of this name, in any worker of the run."""
    with (Path(os.environ[FOLDER]) / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def started(name: str, start: Callable[[], None]) -> None:
    """Start a server; where that cannot be, skip or fail the test, at once after the first time."""
    failed = Path(os.environ[FOLDER]) / f"{name}.failed"
    with alone(f"{name}-start"):
        if failed.exists():
            pytest.fail(failed.read_text(encoding="utf-8"), pytrace=False)
        _guard()
        try:
            start()
        except NotInstalled as error:
            refuse(error)
        except FraudstreamError as error:
            failed.write_text(str(error), encoding="utf-8")
            pytest.fail(str(error), pytrace=False)


def refuse(error: NotInstalled) -> None:
    """A desk may lack a server; CI may not."""
    if os.environ.get("CI") == "true":
        pytest.fail(str(error), pytrace=False)
    pytest.skip(f"{error.summary} {error.advice}")


def _guard() -> None:
    """Start, once a run, the process that stops the servers should the run be killed."""
    folder = os.environ[FOLDER]
    command = [sys.executable, "-m", "tests.services.guard", folder]
    root = str(Path(__file__).parents[2])
    Server("guard", Path(folder)).start(Launch(command, {"PYTHONPATH": root}))
