"""What ``doctor`` looks at: each check is one function that answers with one finding."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from fraudstream.config.settings import Settings

__all__ = ["Finding", "examine"]

GIB = 1 << 30
MIN_DISK, MIN_MEMORY = 1 * GIB, 1 * GIB
PACKAGES = ("numpy", "numba", "lightgbm", "sklearn", "pyarrow", "duckdb", "pydantic", "fastapi")


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to one check, and the command that mends it where the answer is no."""

    name: str
    ok: bool
    detail: str
    mend: str = ""

    def __str__(self) -> str:
        state = "ok     " if self.ok else "missing"
        return f"{state}  {self.name:<9} {self.detail}" + (f"; {self.mend}" if not self.ok else "")

    def as_dict(self) -> dict[str, str | bool]:
        """For reports."""
        return asdict(self)


def examine(settings: Settings) -> list[Finding]:
    """Carry out every check; none of them changes anything."""
    checks: tuple[Callable[[Settings], Finding], ...] = (
        _python,
        _packages,
        _disk,
        _memory,
        _compiler_cache,
        _port,
        _home,
    )
    return [check(settings) for check in checks]


def _python(settings: Settings) -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    fits = (3, 11) <= sys.version_info < (3, 14)
    return Finding("python", fits, version, "make setup PYTHON=python3.12")


def _packages(settings: Settings) -> Finding:
    absent = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if absent:
        return Finding("packages", False, f"without {', '.join(absent)}", "make setup")
    try:
        import lightgbm
    except OSError as error:  # its OpenMP library is not in the wheel
        return Finding("packages", False, str(error), "sudo apt-get install -y libgomp1")
    return Finding("packages", True, f"{len(PACKAGES)} found, LightGBM {lightgbm.__version__}")


def _disk(settings: Settings) -> Finding:
    free = shutil.disk_usage(_nearest(settings.home)).free
    detail = f"{free / GIB:.1f} GiB free for {settings.home}"
    return Finding("disk", free >= MIN_DISK, detail, "free some, or choose another --home")


def _memory(settings: Settings) -> Finding:
    try:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return Finding("memory", True, "not known on this system")
    return Finding("memory", free >= MIN_MEMORY, f"{free / GIB:.1f} GiB free", "end other programs")


def _compiler_cache(settings: Settings) -> Finding:
    folder = Path(os.environ.get("NUMBA_CACHE_DIR", Path(__file__).parents[1]))
    return Finding(
        "compiled",
        os.access(_nearest(folder), os.W_OK),
        f"compiled code is kept in {folder}",
        "export NUMBA_CACHE_DIR=$HOME/.cache/fraudstream",
    )


def _port(settings: Settings) -> Finding:
    address, _, port = settings.run.http.rpartition(":")
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.strip("[]"), int(port)))
        except (OSError, ValueError) as error:
            detail = f"{settings.run.http}: {error}"
            return Finding("port", False, detail, "fraudstream run --http 127.0.0.1:8711")
    return Finding("port", True, f"{settings.run.http} is free")


def _home(settings: Settings) -> Finding:
    place = _nearest(settings.home)
    detail = f"{settings.home}" + ("" if place == settings.home else " (made at first use)")
    return Finding("home", os.access(place, os.W_OK), detail, f"chmod u+rwx {place}")


def _nearest(path: Path) -> Path:
    """The path, or the closest folder above it that exists."""
    return next(place for place in (path, *path.absolute().parents) if place.exists())
