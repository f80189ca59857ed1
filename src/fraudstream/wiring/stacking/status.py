"""What of a stack runs, and whether it works."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fraudstream.errors import UsageInvalid
from fraudstream.schema.nearest import did_you_mean
from fraudstream.stack import Server
from fraudstream.stack.folder import Folder
from fraudstream.wiring.stacking.parts import Part, Stack
from fraudstream.wiring.stacking.plan import known_plan

__all__ = ["Standing", "log_of", "standings"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How one part stands: ``state`` is healthy, unhealthy or stopped; ``pid`` of its server."""

    name: str
    state: str
    where: str
    pid: int | None
    log: str

    def as_dict(self) -> dict[str, Any]:
        """For reports."""
        return asdict(self)


def standings(folder: Folder) -> list[Standing]:
    """Each server of the stack; raises ``NotReachable`` where there is no stack."""
    stack = Stack(known_plan(folder), folder)
    return [_standing(part, server) for part in stack.parts() for server in part.servers]


def log_of(folder: Folder, name: str) -> Path:
    """The log of a server or a step; raises ``UsageInvalid`` naming those that there are."""
    known_plan(folder)
    logs = {server.name: server.log for server in folder.servers()}
    if name not in logs:
        raise UsageInvalid(
            f'nothing in the stack is named "{name}"{did_you_mean(name, list(logs))}',
            advice=f"Known are: {', '.join(sorted(logs))}.",
        )
    return logs[name]


def last_lines(path: Path, count: int) -> list[str]:
    """The last lines of a file."""
    with path.open(encoding="utf-8", errors="replace") as file:
        return [line.rstrip("\n") for line in deque(file, count)]


def _standing(part: Part, server: Server) -> Standing:
    pid = server.pid()
    state = "stopped" if pid is None else "healthy" if part.healthy() else "unhealthy"
    return Standing(server.name, state, part.where, pid, str(server.log))
