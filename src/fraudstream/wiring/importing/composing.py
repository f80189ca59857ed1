"""Messages of a preset, made from our own names for its fields."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from fraudstream.codec import Decoded, Decoder
from fraudstream.errors import UsageInvalid
from fraudstream.events import NO_TIMESTAMP, Lines, Records
from fraudstream.schema import Field, FieldType, Preset

__all__ = ["Composer", "decoded", "moment"]

_PER_SECOND = {"unix": 1, "unix_ms": 1_000, "unix_us": 1_000_000}


class Composer:
    """Writes JSON messages that the preset reads."""

    def __init__(self, preset: Preset) -> None:
        self._preset = preset
        self._fields = {field.name: field for field in preset.fields}

    def require(self, kind: str, names: Sequence[str]) -> None:
        """Raise ``UsageInvalid`` unless messages of this kind can carry these fields."""
        kinds = [] if self._preset.input.kind else ["field that tells the kind"]
        lacking = [*kinds, *(name for name in names if name not in self._fields)]
        if lacking:
            raise UsageInvalid(
                f"messages of preset {self._preset.name} cannot be {kind}s: "
                f"it has no {' and no '.join(lacking)}",
                advice='Add to its [input] kind = "kind", and the columns; the shipped presets '
                "have them.",
            )

    def has(self, name: str) -> bool:
        """Whether messages have this field."""
        return name in self._fields

    def field(self, name: str) -> Field:
        """The field with our name, which must be there."""
        return self._fields[name]

    def message(self, kind: str, values: Mapping[str, Any]) -> bytes:
        """One message; what is None, or no field of the preset, is left out."""
        said: dict[str, Any] = {}
        assert self._preset.input.kind is not None
        for name, value in {self._preset.input.kind: kind, **values}.items():
            if value is not None and name in self._fields:
                _put(said, self._fields[name].path, self._text(self._fields[name], value))
        return json.dumps(said, ensure_ascii=False).encode()

    def _text(self, field: Field, value: Any) -> Any:
        """A value as the field reads it; times of databases and Parquet in its own format."""
        if isinstance(value, bool):
            return value
        if field.type is FieldType.TIME and isinstance(value, date):
            return _time(field, value)
        return str(value)


def decoded(decoder: Decoder, messages: Sequence[bytes]) -> Decoded:
    """Messages as the engine will read them; their offsets are their numbers from 0."""
    count = len(messages)
    return decoder.decode(
        Records(
            "import",
            Lines.of(messages),
            np.zeros(count, np.int32),
            np.arange(count, dtype=np.int64),
            np.full(count, NO_TIMESTAMP, np.int64),
        )
    )


def moment(ms: int) -> datetime:
    """UTC ms as a time."""
    return datetime.fromtimestamp(ms // 1000, UTC).replace(microsecond=ms % 1000 * 1000)


def _time(field: Field, value: date) -> str:
    """A time without a zone is one of the field's own."""
    zone = ZoneInfo(field.zone)
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    aware = value if value.tzinfo else value.replace(tzinfo=zone)
    if field.format in _PER_SECOND:
        seconds = _PER_SECOND[field.format]
        ms = round(aware.timestamp() * 1000)
        return str(ms * seconds // 1000) if seconds > 1 else f"{ms / 1000:.3f}"
    if field.format == "iso8601":
        return aware.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return aware.astimezone(zone).strftime(field.format)


def _put(said: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for name in path[:-1]:
        said = said.setdefault(name, {})
    said[path[-1]] = value
