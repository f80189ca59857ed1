"""Where compiled kernels are kept between runs."""

from __future__ import annotations

import hashlib
import os
from collections.abc import MutableMapping
from pathlib import Path

__all__ = ["keep_compiled"]

_SETTING = "NUMBA_CACHE_DIR"


def keep_compiled(environment: MutableMapping[str, str] = os.environ) -> None:
    """Name the folder of compiled code after the package's sources; before numba is imported.

    numba itself looks for changes only in the file of the function that is called: after an update
    it could go on with old code of a function in another file. Does nothing where the user has
    chosen a folder, or has no place for one.
    """
    if _SETTING in environment:
        return
    cache = environment.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = Path(cache) / "fraudstream" / f"compiled-{_digest()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return
    environment[_SETTING] = str(folder)


def _digest() -> str:
    package = Path(__file__).parents[1]
    digest = hashlib.blake2b(digest_size=6)
    for path in sorted(package.rglob("*.py")):
        text = path.read_bytes()
        if b"njit" in text or b"OPTIONS" in text:
            digest.update(path.name.encode() + text)
    return digest.hexdigest()
