"""Grafana's macros, expanded as Grafana would, so that a panel's query runs without Grafana."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fraudstream.monitoring.described import Variable

__all__ = ["Span", "expand"]

_MACRO = re.compile(r"\$__(timeFilter|timeGroupAlias|timeGroup|timeFrom|timeTo)\(([^)]*)\)")
_GLOBAL = re.compile(r"\$__(rate_interval|interval_ms|interval|range)\b")
_VARIABLE = re.compile(r"\$\{(\w+):sqlstring\}")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True)
class Span:
    """A dashboard's time range, and how wide one point of it is."""

    start: datetime
    end: datetime
    interval: timedelta = timedelta(minutes=1)


def expand(
    query: str,
    span: Span,
    variables: Iterable[Variable] = (),
    chosen: Mapping[str, tuple[str, ...]] | None = None,
) -> str:
    """``query`` as the data source receives it; nothing chosen of a variable means its default.

    >>> noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    >>> span = Span(noon, noon + timedelta(hours=1))
    >>> expand("select $__timeGroupAlias(bucket,$__interval,0) where $__timeFilter(bucket)", span)
    ... # doctest: +NORMALIZE_WHITESPACE
    'select time_bucket(\\'60.000s\\',bucket) AS "time"
     where bucket BETWEEN \\'2026-11-24T12:00:00Z\\' AND \\'2026-11-24T13:00:00Z\\''
    >>> expand("sum(rate(fraudstream_duplicates_total[$__rate_interval]))", span)
    'sum(rate(fraudstream_duplicates_total[60s]))'
    """
    chosen = chosen or {}
    texts = {v.name: v.sql(tuple(chosen.get(v.name, ()))) for v in variables}
    query = _VARIABLE.sub(lambda found: texts[found[1]], query)
    query = _GLOBAL.sub(lambda found: _globals(span)[found[1]], query)
    return _MACRO.sub(lambda found: _macro(found[1], found[2], span), query)


def _globals(span: Span) -> dict[str, str]:
    seconds = round(span.interval.total_seconds())
    return {
        "interval": f"{seconds}s",
        "interval_ms": str(seconds * 1000),
        "rate_interval": f"{seconds}s",
        "range": f"{round((span.end - span.start).total_seconds())}s",
    }


def _macro(name: str, arguments: str, span: Span) -> str:
    start, end = f"'{_iso(span.start)}'", f"'{_iso(span.end)}'"
    if name == "timeFrom":
        return start
    if name == "timeTo":
        return end
    column, *rest = [argument.strip() for argument in arguments.split(",")]
    if name == "timeFilter":
        return f"{column} BETWEEN {start} AND {end}"
    # a third argument fills gaps, which Grafana does with the answer, not in the query
    grouped = f"time_bucket('{_seconds(rest[0]):.3f}s',{column})"
    return grouped if name == "timeGroup" else f'{grouped} AS "time"'


def _seconds(text: str) -> float:
    text = text.strip("'\"")
    return timedelta(**{_UNITS[text[-1]]: float(text[:-1])}).total_seconds()


def _iso(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
