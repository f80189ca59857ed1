"""The answers to a dashboard's queries, as its data source gives them."""

from __future__ import annotations

import json
import math
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg

from fraudstream.monitoring import PanelQuery, Span
from fraudstream.stores.postgres.connecting import Connection

__all__ = ["Answer", "ask_database", "ask_prometheus", "same", "span_of"]

POINTS = 100
"""How many points a panel shows at most over its span."""

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows of an answer; ``newest`` is the latest time in it, ``problem`` why there is none."""

    rows: Sequence[tuple[Any, ...]] = ()
    newest: datetime | None = None
    problem: str = ""


def span_of(since: str, now: datetime) -> Span:
    """A dashboard's time range: ``now-10m`` until now.

    >>> span_of("now-1h", datetime(2026, 11, 24, 12, tzinfo=UTC)).start
    datetime.datetime(2026, 11, 24, 11, 0, tzinfo=datetime.timezone.utc)
    """
    found = re.fullmatch(r"now-(\d+)([smhd])", since)
    assert found is not None, since
    length = timedelta(**{_UNITS[found[2]]: float(found[1])})
    return Span(now - length, now, max(timedelta(minutes=1), length / POINTS))


def ask_database(connection: Connection, panel: PanelQuery, span: Span) -> Answer:
    """Rows from PostgreSQL; a query that fails leaves the transaction as it was."""
    try:
        with connection.transaction():
            rows = connection.execute(panel.expanded(span).encode()).fetchall()
    except psycopg.Error as error:
        return Answer(problem=str(error).partition("\n")[0])
    times = [cell for row in rows for cell in row if isinstance(cell, datetime)]
    return Answer(rows, max(times, default=None))


def ask_prometheus(url: str, panel: PanelQuery, span: Span) -> Answer:
    """One row (time, value) for each point of each series; points that are no number are none."""
    words = {
        "query": panel.expanded(span),
        "start": span.start.timestamp(),
        "end": span.end.timestamp(),
        "step": span.interval.total_seconds(),
    }
    try:
        asked = f"{url}/api/v1/query_range?{urllib.parse.urlencode(words)}"
        with urllib.request.urlopen(asked, timeout=30) as answer:
            series = json.load(answer)["data"]["result"]
    except (urllib.error.URLError, OSError, ValueError, KeyError) as error:
        return Answer(problem=str(error))
    rows = [
        (datetime.fromtimestamp(at, UTC), float(value))
        for one in series
        for at, value in one["values"]
        if not math.isnan(float(value))
    ]
    return Answer(rows, max((at for at, _ in rows), default=None))


def same(one: Answer, other: Answer) -> bool:
    """Whether two answers show the same, in whichever order."""
    first, second = sorted(map(_comparable, one.rows)), sorted(map(_comparable, other.rows))
    return not one.problem and not other.problem and first == second


def _comparable(row: tuple[Any, ...]) -> tuple[str, ...]:
    """Cells as text; sums of doubles depend on their order beyond twelve digits."""
    return tuple(
        f"{float(cell):.12g}" if isinstance(cell, float | Decimal | int) else str(cell)
        for cell in row
    )
