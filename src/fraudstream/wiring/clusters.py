"""The local Spark cluster of a home folder."""

from __future__ import annotations

from pathlib import Path

from fraudstream.config import Home, Settings
from fraudstream.stack.spark import Size, SparkCluster, Status

__all__ = ["Size", "Status", "cluster_down", "cluster_status", "cluster_up"]


def cluster_up(settings: Settings, size: Size) -> Status:
    """Start a master and workers, unless they run; returns when all take part."""
    cluster = SparkCluster(_folder(settings), size)
    cluster.start()
    return cluster.status()


def cluster_down(settings: Settings) -> bool:
    """Stop them; returns whether they ran."""
    cluster = SparkCluster(_folder(settings))
    running = cluster.status().running
    cluster.stop()
    return running


def cluster_status(settings: Settings) -> Status:
    """What there is."""
    return SparkCluster(_folder(settings)).status()


def _folder(settings: Settings) -> Path:
    return (Home(settings.home).made().folder / "spark-cluster").resolve()
