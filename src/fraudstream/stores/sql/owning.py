"""Refusing an owner whose time is over."""

from __future__ import annotations

from fraudstream.errors import Superseded

__all__ = ["require_owner"]


def require_owner(epoch: int, in_force: int) -> None:
    """Raise ``Superseded`` if ``epoch`` is older than the one in force."""
    if epoch < in_force:
        raise Superseded(
            f"This engine (epoch {epoch}) no longer owns the store: another one (epoch {in_force}) "
            "has taken over.",
            advice="Stop this engine; its successor goes on with the same input.",
        )
