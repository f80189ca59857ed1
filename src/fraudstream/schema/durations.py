"""Durations as people write them: ``30s``, ``5m``, ``1h``, ``7d``; a bare number is seconds."""

from __future__ import annotations

import re

__all__ = ["DAY", "HOUR", "LONGEST", "MINUTE", "SECOND", "duration_ms", "duration_text"]

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
LONGEST = 90 * DAY
"""The longest window, and the longest of any duration in a preset."""

_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
_WRITTEN = re.compile(r"(\d{1,9})([smhd]?)")
_ALMOST = re.compile(r"(\d+)\s*(ms|s|m|h|d|w)[a-z]*", re.IGNORECASE)


def duration_ms(written: str | int, shortest: int = SECOND, longest: int = LONGEST) -> int:
    """Milliseconds of a written duration; ``ValueError`` says what is wrong and what to write.

    >>> duration_ms("7d"), duration_ms(30)
    (604800000, 30000)
    >>> duration_ms("90days")
    Traceback (most recent call last):
        ...
    ValueError: "90days" is not a duration; write "90d" (s m h d, 1s to 90d)
    """
    found = _WRITTEN.fullmatch(str(written))
    limits = f"s m h d, {duration_text(shortest)} to {duration_text(longest)}"
    if not found:
        raise ValueError(f'"{written}" is not a duration{_advice(str(written))} ({limits})')
    ms = int(found[1]) * _UNITS[found[2] or "s"]
    if not shortest <= ms <= longest:
        side = "short" if ms < shortest else "long"
        raise ValueError(f'"{written}" is too {side} ({limits})')
    return ms


def duration_text(ms: int) -> str:
    """The shortest usual way to write a duration; a day is ``24h``.

    >>> duration_text(3_600_000), duration_text(86_400_000), duration_text(604_800_000)
    ('1h', '24h', '7d')
    """
    units = [(unit, size) for unit, size in reversed(_UNITS.items()) if ms % size == 0]
    unit, size = next(((u, s) for u, s in units if ms >= s and ms != DAY), ("", 0))
    if ms == DAY:
        unit, size = "h", HOUR
    return f"{ms // size}{unit}" if size else f"{ms // SECOND}s"


def _advice(written: str) -> str:
    almost = _ALMOST.fullmatch(written.strip())
    if not almost or almost[2].lower() == "ms":
        return '; write for example "1h"'
    count, unit = int(almost[1]), almost[2].lower()
    return f'; write "{count * 7}d"' if unit == "w" else f'; write "{count}{unit}"'
