"""What a dashboard consists of, before anything of Grafana: panels, their queries, variables."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["MONEY", "Dashboard", "Datasource", "Panel", "Query", "Row", "Shape", "Variable"]

MONEY = "money"
"""The unit of amounts in the base currency, whichever that is where the dashboards are shown."""


class Datasource(StrEnum):
    """Where a query is answered."""

    POSTGRES = "postgres"
    PROMETHEUS = "prometheus"


class Shape(StrEnum):
    """How an answer is drawn."""

    STAT = "stat"
    GAUGE = "gauge"
    LINES = "lines"
    STACKED = "stacked"
    BARS = "bars"
    MAP = "map"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Query:
    """One query: SQL or PromQL with Grafana's macros; ``legend`` is PromQL's label template."""

    text: str
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel: what it shows, how, and what stands there while there is nothing to show.

    ``unit`` is Grafana's id of one, plain numbers if empty; ``units`` and ``links`` are for single
    columns of a table, as (column, unit) and (column, URL); ``steps`` are the (lower bound, colour)
    of a value that is good or bad; ``size`` is (width, height) on a grid 24 wide.
    """

    title: str
    description: str
    shape: Shape
    queries: tuple[Query, ...]
    datasource: Datasource = Datasource.POSTGRES
    unit: str = ""
    units: tuple[tuple[str, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    steps: tuple[tuple[float, str], ...] = ()
    most: float | None = None
    size: tuple[int, int] = (12, 8)
    empty: str = "Nothing in this time range"


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under one heading."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """Something a reader can choose at the top of a dashboard.

    With ``query`` the choices are its answer; with ``values`` they are fixed, the first one chosen
    at first; with neither it is a text field. ``everything`` is the SQL that stands for All: the
    column itself, so that ``column in (${name:sqlstring})`` is true of every row.
    """

    name: str
    label: str
    description: str
    query: str = ""
    values: tuple[str, ...] = ()
    everything: str = ""

    def sql(self, chosen: tuple[str, ...] = ()) -> str:
        """What ``${name:sqlstring}`` becomes, as Grafana does it.

        >>> country = Variable("country", "Country", "", "select 1", everything="country")
        >>> country.sql(), country.sql(("DE", "Cote d'Or"))
        ('country', "'DE','Cote d''Or'")
        """
        if not chosen and self.everything:
            return self.everything
        chosen = chosen or self.values[:1] or ("",)
        return ",".join("'" + value.replace("'", "''") + "'" for value in chosen)


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A page of panels; ``since`` and ``refresh`` are Grafana's durations."""

    uid: str
    title: str
    description: str
    rows: tuple[Row, ...]
    variables: tuple[Variable, ...] = ()
    since: str = "now-10m"
    refresh: str = "5s"
    promotions: bool = False
    """Whether changes of the deciding model are marked on its time axes."""

    @property
    def panels(self) -> tuple[Panel, ...]:
        """All panels, in reading order."""
        return tuple(panel for row in self.rows for panel in row.panels)
