"""The folder of a whole stack: a folder for each server, and nothing that is not in it."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fraudstream.errors import StateInUse
from fraudstream.stack.postgres import Postgres
from fraudstream.stack.server import Server

__all__ = ["Folder"]


class Folder:
    """What runs in a folder, whoever started it and however that ended."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()

    def exists(self) -> bool:
        """Whether a stack was ever started here, and not taken down."""
        return self.path.exists()

    def servers(self) -> list[Server]:
        """All servers that were ever started here, in the order of their last start."""
        found = [Server(file.stem, file.parent) for file in self.path.glob("*/*.pid")]
        return sorted(found, key=Server.started_at)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Nobody else starts or stops what is in the folder; raises ``StateInUse`` if one does."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            raise StateInUse(
                f"The stack in {self.path} is being started or stopped by another command.",
                advice="Wait for it, or end it with Ctrl-C, then try again.",
            ) from error
        finally:
            os.close(descriptor)

    def stop(self) -> list[str]:
        """Stop everything, newest first; returns the names of what ran."""
        running = [server for server in reversed(self.servers()) if server.running()]
        for server in running:
            # a name says which signal its server takes as "shut down"
            known = Postgres(server.folder).server if server.name == "postgres" else server
            # a broker that was still starting waits in vain; what was written is safe
            known.stop(timeout=5 if server.name.startswith("kafka-") else 20)
        return [server.name for server in running]

    def remove(self) -> None:
        """Stop everything and delete all of it."""
        self.stop()
        if (self.path / "postgres").exists():
            Postgres(self.path / "postgres").remove()
        shutil.rmtree(self.path)
