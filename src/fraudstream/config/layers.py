"""Where settings come from: command line over environment over fraudstream.toml over defaults."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fraudstream.config.kafka import is_kafka_secret
from fraudstream.config.spark import is_spark_secret
from fraudstream.errors import Problem, SettingsInvalid
from fraudstream.schema.positions import Place, locate

__all__ = ["FILE_NAME", "PREFIX", "Found", "from_environment", "from_file", "is_secret"]

FILE_NAME = "fraudstream.toml"
PREFIX = "FRAUDSTREAM_"

_SECRETS = frozenset({"secret", "store.url"})

_PATHS = frozenset({"model", "home"})


@dataclass(frozen=True, slots=True)
class Found:
    """A value as somebody wrote it, and where: ``fraudstream.toml``, a variable, an option."""

    value: Any
    origin: str
    place: Place | None = None


def is_secret(name: str) -> bool:
    """Whether a setting may also be given as the path of a file that holds it, and is not shown."""
    return name in _SECRETS or is_kafka_secret(name) or is_spark_secret(name)


def from_file(path: Path) -> dict[str, Found]:
    """The settings in a TOML file by dotted name; paths in it are relative to its folder."""
    if not path.exists():
        return {}
    try:
        text = path.read_text(encoding="utf-8")
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsInvalid(
            f"{path} is not TOML.", [Problem(str(error), str(path))], "Mend it and try again."
        ) from error
    spans = locate(text)
    return {
        ".".join(keys): Found(
            _placed(".".join(keys), value, path.parent), str(path), spans[keys].key
        )
        for keys, value in _flat(document)
    }


def from_environment(environment: Mapping[str, str]) -> dict[str, Found]:
    """The settings in ``FRAUDSTREAM_STORE__URL`` and its like; secrets also in ``..._FILE``."""
    found: dict[str, Found] = {}
    problems: list[Problem] = []
    for variable, value in environment.items():
        if not variable.startswith(PREFIX) or not value:
            continue
        name = variable.removeprefix(PREFIX).lower().replace("__", ".")
        secret = name.removesuffix("_file")
        if name.endswith("_file") and is_secret(secret):
            try:
                found[secret] = Found(Path(value).read_text(encoding="utf-8").strip(), variable)
            except OSError as error:
                problems.append(Problem(f"{value}: {error.strerror}", variable))
        else:
            found[name] = Found(value, variable)
    if problems:
        raise SettingsInvalid(
            "A file that should hold a secret cannot be read.", problems, "Mend the path."
        )
    return found


def _flat(
    table: Mapping[str, Any], above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, (*above, key))
        else:
            yield (*above, key), value


def _placed(name: str, value: Any, folder: Path) -> Any:
    """A path in a file is meant from where the file lies; so is a preset that is a file."""
    is_path = name in _PATHS or (name == "preset" and str(value).endswith(".toml"))
    return str(folder / value) if is_path and isinstance(value, str) else value
