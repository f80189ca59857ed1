"""What readers of several dashboards can choose, and the SQL that heeds it."""

from __future__ import annotations

from fraudstream.monitoring.described import Variable

__all__ = ["COUNTRY", "DECISION", "DECISIONS", "METHOD", "PLACES"]

COUNTRY = Variable(
    "country",
    "Country",
    "ISO code of the country a transaction came from.",
    query="select distinct coalesce(country, 'unknown') from transactions_per_minute "
    "where $__timeFilter(bucket) order by 1",
    everything="coalesce(country, 'unknown')",
)
METHOD = Variable(
    "method",
    "Payment method",
    "How the transaction was paid.",
    query="select distinct coalesce(payment_method, 'unknown') from transactions_per_minute "
    "where $__timeFilter(bucket) order by 1",
    everything="coalesce(payment_method, 'unknown')",
)
DECISION = Variable(
    "decision",
    "Decision",
    "Which actions to show in what counts or lists frauds; shares always compare with all.",
    values=("approve", "review", "decline"),
    everything="action",
)

PLACES = (
    "coalesce(country, 'unknown') in (${country:sqlstring})"
    " and coalesce(payment_method, 'unknown') in (${method:sqlstring})"
)
"""Rows of the countries and payment methods that were chosen."""

DECISIONS = "action in (${decision:sqlstring})"
"""Rows with the actions that were chosen."""
