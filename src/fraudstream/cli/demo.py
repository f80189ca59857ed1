"""``fraudstream demo``: a simulated bank under attack, live."""

from __future__ import annotations

__all__ = ["demo"]


def demo() -> None:
    """Watch a simulated bank being attacked, and what is done about it."""
