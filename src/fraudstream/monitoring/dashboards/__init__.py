"""The dashboards, and every query in them."""

from __future__ import annotations

from dataclasses import dataclass

from fraudstream.monitoring.dashboards.fraud import FRAUD
from fraudstream.monitoring.dashboards.model import MODEL
from fraudstream.monitoring.dashboards.operations import OPERATIONS
from fraudstream.monitoring.dashboards.transaction import TRANSACTION
from fraudstream.monitoring.described import Dashboard, Datasource
from fraudstream.monitoring.macros import Span, expand

__all__ = ["DASHBOARDS", "PanelQuery", "panels"]

DASHBOARDS = (FRAUD, MODEL, OPERATIONS, TRANSACTION)


@dataclass(frozen=True, slots=True)
class PanelQuery:
    """One query of one panel, as it stands in the dashboard."""

    dashboard: Dashboard
    title: str
    datasource: Datasource
    query: str
    legend: str

    def expanded(self, span: Span, **chosen: tuple[str, ...]) -> str:
        """The query as the data source receives it; ``chosen`` values by variable."""
        return expand(self.query, span, self.dashboard.variables, chosen)


def panels() -> tuple[PanelQuery, ...]:
    """Every query of every panel; a panel with several has as many entries."""
    return tuple(
        PanelQuery(dashboard, panel.title, panel.datasource, query.text, query.legend)
        for dashboard in DASHBOARDS
        for panel in dashboard.panels
        for query in panel.queries
    )
