"""What can be watched: the engine's metrics, and the dashboards and alerts made of them."""

from fraudstream.monitoring.metrics import CONTENT_TYPE, Counts, Metrics

__all__ = ["CONTENT_TYPE", "Counts", "Metrics"]
