"""What it means that a model could not be kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fraudstream.errors import FraudstreamError, Problem, StorageFailed

__all__ = ["storing"]


@contextmanager
def storing(path: Path) -> Iterator[None]:
    """Turn the disk's refusal of a model into ``StorageFailed``."""
    try:
        yield
    except FraudstreamError:
        raise
    except OSError as error:
        raise StorageFailed(
            "The model could not be saved.",
            [Problem(error.strerror or str(error), str(path))],
            "Make room or restore access, then run the command again; what was there still is.",
        ) from error
