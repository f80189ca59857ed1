"""Free ports, remembered in a folder so that a server comes back on the one it had."""

from __future__ import annotations

import fcntl
import json
import random
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path

__all__ = ["LOCALHOST", "free_port", "is_free", "kept_ports"]

LOCALHOST = "127.0.0.1"
LISTENING = range(15_000, 32_000)
"""Below the range from which systems take the ports of outgoing connections: a server that is
down for a moment does not find its port taken by a client of another one."""


def is_free(port: int) -> bool:
    """Whether a server could listen on a port of this machine now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOCALHOST, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port that nobody listens on."""
    return next(port for port in random.sample(LISTENING, len(LISTENING)) if is_free(port))


def kept_ports(
    folder: Path, names: Iterable[str], wanted: Mapping[str, int] | None = None
) -> dict[str, int]:
    """The ports of a folder's servers by name: as kept there, else as wanted if free, else any."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "ports.json").open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # two processes may meet the folder for the first time
        file.seek(0)
        kept = json.loads(file.read() or "{}")
        ports = {name: kept.get(name) or _chosen((wanted or {}).get(name)) for name in names}
        file.truncate(0)
        file.write(json.dumps({**kept, **ports}))
    return ports


def _chosen(wanted: int | None) -> int:
    return wanted if wanted is not None and is_free(wanted) else free_port()
