"""Real-time fraud detection for card and bank transactions.

From Python:

    import fraudstream

    preset = fraudstream.load_preset("payments")
    table = fraudstream.features("history.parquet", preset)
    model = fraudstream.train("history.parquet", preset)
    report = fraudstream.evaluate("history.parquet", preset)
    decisions = fraudstream.Engine(preset, model).decide(messages)

From a shell: ``fraudstream --help``.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fraudstream.wiring.library import (
        Engine,
        evaluate,
        features,
        load_model,
        load_preset,
        train,
    )

__all__ = ["Engine", "evaluate", "features", "load_model", "load_preset", "train"]


def __getattr__(name: str) -> Any:
    """Load what is asked for when it is asked for: commands that need no model start at once."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from fraudstream.wiring import library

    return getattr(library, name)


def __dir__() -> list[str]:
    """The names that this module offers."""
    return sorted(__all__)


class _Package(ModuleType):
    """Keeps ``fraudstream.features`` the function, beside the package that holds the kernel.

    ``from fraudstream.features import ...`` still finds the package: it asks ``sys.modules``.
    """

    @property
    def features(self) -> Any:
        """What :func:`fraudstream.wiring.library.features` is."""
        return __getattr__("features")

    @features.setter
    def features(self, module: ModuleType) -> None:
        """The import system offers the package once it is loaded."""


sys.modules[__name__].__class__ = _Package
