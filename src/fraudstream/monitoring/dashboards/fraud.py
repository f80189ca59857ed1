"""*Fraud Detection*: what is being stopped now, where, and why."""

from __future__ import annotations

from fraudstream.monitoring.dashboards.choices import COUNTRY, DECISION, DECISIONS, METHOD, PLACES
from fraudstream.monitoring.described import MONEY, Dashboard, Panel, Query, Row, Shape

__all__ = ["FRAUD"]

SHARE_STEPS = ((0.0, "green"), (0.02, "yellow"), (0.05, "red"))
TRANSACTION_LINK = "/d/fraudstream-transaction?var-transaction=${__value.raw:percentencode}"

_FLAGGED = f"""
from transactions_per_minute
where $__timeFilter(bucket) and flagged > 0 and {PLACES} and {DECISIONS}"""

_ALL = f"""
from transactions_per_minute
where $__timeFilter(bucket) and {PLACES}"""

_ALERTED = f"""
where $__timeFilter(event_time) and action <> 'approve' and {PLACES} and {DECISIONS}"""


def _sql(text: str) -> tuple[Query]:
    return (Query(text.strip()),)


TOTAL = Panel(
    "Frauds flagged",
    "Transactions that were sent to review or declined.",
    Shape.STAT,
    _sql(f"select coalesce(sum(flagged), 0)::int8 as frauds {_FLAGGED}"),
    size=(4, 5),
)
SHARE = Panel(
    "Share flagged as fraud",
    "Of all transactions, those that were sent to review or declined.",
    Shape.GAUGE,
    _sql(f"select sum(flagged)::float8 / nullif(sum(transactions), 0) as share {_ALL}"),
    unit="percentunit",
    steps=SHARE_STEPS,
    most=0.1,
    size=(4, 5),
)
APPROVAL = Panel(
    "Approval rate",
    "Of all transactions, those that were approved at once.",
    Shape.STAT,
    _sql(
        "select sum(transactions) filter (where action = 'approve')::float8"
        f" / nullif(sum(transactions), 0) as approved {_ALL}"
    ),
    unit="percentunit",
    steps=((0.0, "red"), (0.95, "yellow"), (0.98, "green")),
    size=(4, 5),
)
AT_RISK = Panel(
    "Value at risk",
    "The money in flagged transactions.",
    Shape.STAT,
    _sql(f"select coalesce(sum(flagged_amount_base), 0)::float8 as amount {_FLAGGED}"),
    unit=MONEY,
    size=(6, 5),
)
SAVED = Panel(
    "Value saved",
    "What flagged transactions were expected to cost had they been approved, less what reviewing "
    "or declining them is expected to cost. Confirmed figures are on the dashboard Model.",
    Shape.STAT,
    _sql(
        "select coalesce(sum((expected_cost->>'approve')::float8"
        f" - (expected_cost->>action)::float8), 0) as amount from transactions {_ALERTED}"
    ),
    unit=MONEY,
    size=(6, 5),
)
PER_MINUTE = Panel(
    "Frauds flagged per minute",
    "Transactions sent to review or declined, by minute of the transaction.",
    Shape.LINES,
    _sql(
        "select $__timeGroupAlias(bucket,$__interval,0),"
        f" sum(flagged) * 60000.0 / $__interval_ms as frauds {_FLAGGED} group by 1 order by 1"
    ),
)
DECISIONS_PER_MINUTE = Panel(
    "Decisions per minute",
    "Transactions decided, by action and by minute of the transaction.",
    Shape.STACKED,
    _sql(
        "select $__timeGroupAlias(bucket,$__interval,0), action as metric,"
        f" sum(transactions) * 60000.0 / $__interval_ms as decisions {_ALL}"
        " group by 1, 2 order by 1, 2"
    ),
)
MONEY_PER_MINUTE = Panel(
    "Value at risk per minute",
    "The money in flagged transactions, by what was done with them.",
    Shape.STACKED,
    _sql(
        "select $__timeGroupAlias(bucket,$__interval,0), action as metric,"
        f" sum(flagged_amount_base)::float8 * 60000.0 / $__interval_ms as amount {_FLAGGED}"
        " group by 1, 2 order by 1, 2"
    ),
    unit=MONEY,
)
BY_METHOD = Panel(
    "Share flagged by payment method",
    "Of the transactions paid this way, those that were sent to review or declined.",
    Shape.BARS,
    _sql(
        "select coalesce(payment_method, 'unknown') as \"payment method\","
        f" sum(flagged)::float8 / sum(transactions) as share {_ALL} group by 1 order by 2 desc"
    ),
    unit="percentunit",
)
MAP = Panel(
    "Where frauds were flagged",
    "Flagged transactions by country; the size of a circle is their number.",
    Shape.MAP,
    _sql(
        f"select country, sum(flagged)::int8 as frauds {_FLAGGED} and country is not null"
        " group by 1 order by 2 desc"
    ),
    size=(12, 11),
)
BY_COUNTRY = Panel(
    "Frauds flagged by country",
    "The 15 countries with most flagged transactions.",
    Shape.BARS,
    _sql(
        "select coalesce(country, 'unknown') as country, sum(flagged)::int8 as frauds"
        f" {_FLAGGED} group by 1 order by 2 desc limit 15"
    ),
    size=(12, 11),
)
RECENT = Panel(
    "Recent frauds",
    "The newest transactions that were sent to review or declined. An id leads to its reasons.",
    Shape.TABLE,
    _sql(
        "select event_time as time, action, amount::float8 as amount, currency,"
        ' payment_method as "payment method", country, account_id as account, score,'
        f" transaction_id as transaction from transactions {_ALERTED}"
        " order by event_time desc limit 50"
    ),
    units=(("score", "percentunit"),),
    links=(("transaction", TRANSACTION_LINK),),
    size=(24, 10),
    empty="No transaction was flagged in this time range",
)
ALERTS = Panel(
    "Alerts and their reasons",
    "What an analyst would look at, newest first. An id leads to everything about it.",
    Shape.TABLE,
    _sql(
        "select event_time as time, action, reasons->0->>'text' as reason,"
        " amount_base::float8 as amount, score,"
        " (select status from alerts where alerts.batch = transactions.batch"
        " and alerts.batch_row = transactions.batch_row) as status,"
        f" transaction_id as transaction from transactions {_ALERTED}"
        " order by event_time desc limit 50"
    ),
    units=(("score", "percentunit"), ("amount", MONEY)),
    links=(("transaction", TRANSACTION_LINK),),
    size=(24, 10),
    empty="No alerts in this time range",
)

FRAUD = Dashboard(
    "fraudstream-fraud",
    "Fraud Detection",
    "What is flagged as fraud now: how much, where, how it was paid, and why.",
    rows=(
        Row("Now", (TOTAL, SHARE, APPROVAL, AT_RISK, SAVED)),
        Row("Over time", (PER_MINUTE, DECISIONS_PER_MINUTE, MONEY_PER_MINUTE, BY_METHOD)),
        Row("By country", (MAP, BY_COUNTRY)),
        Row("Cases", (RECENT, ALERTS)),
    ),
    variables=(COUNTRY, METHOD, DECISION),
)
