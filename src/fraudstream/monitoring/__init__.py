"""What can be watched: the engine's metrics, and the dashboards and alerts made of them."""

from fraudstream.monitoring.dashboards import DASHBOARDS, PanelQuery, panels
from fraudstream.monitoring.described import Datasource
from fraudstream.monitoring.macros import Span
from fraudstream.monitoring.metrics import CONTENT_TYPE, Counts, Metrics

__all__ = [
    "CONTENT_TYPE",
    "DASHBOARDS",
    "Counts",
    "Datasource",
    "Metrics",
    "PanelQuery",
    "Span",
    "panels",
]
