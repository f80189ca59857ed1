"""All that a worker needs besides Python and Java, as one archive that travels with a job."""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

__all__ = ["packed"]

_EXTRAS = ("kafka", "postgres", "spark")
_THERE = {"pyspark", "py4j"}
"""What a worker has because it is one."""

_LEFT = (".pyc", ".pth", ".nbc", ".nbi")
"""Files that are of use only where they are."""

_NAME = re.compile(r"[A-Za-z0-9._-]+")
_EXTRA = re.compile(r"extra == ['\"](.+?)['\"]")


def packed(folder: Path) -> Path:
    """An archive in ``folder`` of this package and what it imports; made anew where that changed.

    Its content is for ``PYTHONPATH``, under the same version of Python and the same platform.
    """
    files = dict(_files())
    archive = folder / f"packages-{_mark(files)}.zip"
    if not archive.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = archive.with_suffix(".new")
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packing:
            for name, path in files.items():
                packing.write(path, name)
        draft.replace(archive)
    return archive


def _mark(files: dict[str, Path]) -> str:
    digest = hashlib.blake2b(digest_size=6)
    for name, path in sorted(files.items()):
        found = path.stat()
        digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _files() -> Iterator[tuple[str, Path]]:
    """Names in the archive and where they are here."""
    for found in _distributions():
        for file in found.files or ():
            path = Path(str(found.locate_file(file)))
            if ".." not in file.parts and file.suffix not in _LEFT and path.is_file():
                yield file.as_posix(), path
    package = Path(__file__).parents[1]
    for path in package.rglob("*"):
        if path.suffix not in _LEFT and path.is_file():
            yield path.relative_to(package.parent).as_posix(), path


def _distributions() -> Iterator[Distribution]:
    """This one and all it needs, directly or not, as far as it is installed."""
    seen, waiting = set(_THERE), ["fraudstream"]
    while waiting:
        name = waiting.pop().lower().replace("_", "-").replace(".", "-")
        if name in seen:
            continue
        seen.add(name)
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue  # needed on another platform
        yield found
        waiting += _required(found, _EXTRAS if name == "fraudstream" else ())


def _required(found: Distribution, extras: tuple[str, ...]) -> Iterator[str]:
    for requirement in found.requires or ():
        extra = _EXTRA.search(requirement)
        if (name := _NAME.match(requirement)) and (extra is None or extra[1] in extras):
            yield name[0]
