"""Stops the servers of a run that was killed: ``python -m tests.services.guard FOLDER``."""

from __future__ import annotations

import os
import select
import signal
import sys
from contextlib import suppress
from pathlib import Path

from tests.services import shared


def main(folder: Path) -> None:
    wait_for(shared.members(folder)[0])
    if not folder.exists():
        return
    for worker in shared.members(folder)[1:]:
        # or it would go on with its test, and start servers that nobody stops
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)
        wait_for(worker)
    shared.end(folder)


def wait_for(pid: int) -> None:
    """Return when a process has ended."""
    with suppress(ProcessLookupError):
        select.select([os.pidfd_open(pid)], [], [])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
