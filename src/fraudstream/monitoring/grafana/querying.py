"""Queries as Grafana's own types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grafana_foundation_sdk.builders import prometheus
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.dashboard import DataSourceRef

from fraudstream.monitoring.described import Datasource, Panel, Query, Shape

__all__ = ["SqlQuery", "reference", "target"]

_TYPES = {
    Datasource.POSTGRES: "grafana-postgresql-datasource",
    Datasource.PROMETHEUS: "prometheus",
}
_OVER_TIME = (Shape.LINES, Shape.STACKED)


def reference(source: Datasource) -> DataSourceRef:
    """The provisioned data source of this kind."""
    return DataSourceRef(_TYPES[source], f"fraudstream-{source}")


@dataclass(frozen=True, slots=True)
class SqlQuery(Dataquery):
    """A query to Grafana's PostgreSQL plugin, for which its SDK has no type."""

    sql: str
    ref_id: str
    format: str

    def to_json(self) -> dict[str, Any]:
        """As the plugin's query editor writes it."""
        return {
            "refId": self.ref_id,
            "datasource": reference(Datasource.POSTGRES),
            "editorMode": "code",
            "format": self.format,
            "rawQuery": True,
            "rawSql": self.sql,
        }


@dataclass(frozen=True, slots=True)
class _Built(Builder[SqlQuery]):
    query: SqlQuery

    def build(self) -> SqlQuery:
        return self.query


def target(panel: Panel, query: Query, ref_id: str) -> Builder[Any]:
    """A panel's query; ``ref_id`` is its letter in the panel."""
    over_time = panel.shape in _OVER_TIME
    if panel.datasource is Datasource.POSTGRES:
        return _Built(SqlQuery(query.text, ref_id, "time_series" if over_time else "table"))
    asked = prometheus.Dataquery().expr(query.text).legend_format(query.legend).ref_id(ref_id)
    asked = asked.datasource(reference(panel.datasource))
    return asked.range() if over_time else asked.instant()
