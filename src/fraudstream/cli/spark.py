"""Spark: a cluster to run on."""

from __future__ import annotations

from fraudstream.cli import cluster

__all__ = ["COMMANDS", "GROUPS"]

COMMANDS = ()
GROUPS = (cluster,)
