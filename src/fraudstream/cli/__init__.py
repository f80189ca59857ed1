"""What people type: one small file per command, all of them calling :mod:`fraudstream.wiring`."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line and leave with its exit code."""
    from fraudstream.cli.compiled import keep_compiled
    from fraudstream.cli.exits import run

    keep_compiled()
    sys.exit(run(sys.argv[1:]))
