"""Running a program over a log so that nothing is lost, doubled or different after a crash."""

from fraudstream.engine.checkpoints import FileCheckpoints, MemoryCheckpoints
from fraudstream.engine.engine import Engine, Options
from fraudstream.engine.lock import owning
from fraudstream.engine.program import Fixed, Program, Programs
from fraudstream.engine.replay import Difference, rebuild, replay
from fraudstream.engine.watching import Watcher

__all__ = [
    "Difference",
    "Engine",
    "FileCheckpoints",
    "Fixed",
    "MemoryCheckpoints",
    "Options",
    "Program",
    "Programs",
    "Watcher",
    "owning",
    "rebuild",
    "replay",
]
