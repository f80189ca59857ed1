"""*Transaction*: everything about one decision; where the tables of the others lead."""

from __future__ import annotations

from fraudstream.monitoring.described import MONEY, Dashboard, Panel, Query, Row, Shape, Variable

__all__ = ["TRANSACTION"]

PICKED = Variable(
    "transaction",
    "Transaction",
    "Its id; the newest alert if empty.",
)

_ID = """coalesce(nullif(${transaction:sqlstring}, ''), (
    select transaction_id from transactions
    where action <> 'approve' order by event_time desc limit 1))"""


def _sql(text: str) -> tuple[Query]:
    return (Query(text.strip()),)


DECISION = Panel(
    "Decision",
    "What was decided, when, and by which versions.",
    Shape.TABLE,
    _sql(
        "select facts.* from transactions cross join lateral (values"
        " ('transaction', transaction_id), ('action', action), ('decided by', decided_by),"
        " ('score', score::text), ('amount', concat_ws(' ', amount, currency)),"
        " ('event time', event_time::text), ('account', account_id), ('merchant', merchant_id),"
        " ('country', country), ('channel', channel), ('payment method', payment_method),"
        " ('flags', array_to_string(flags, ', ')), ('model', model_version),"
        " ('features', features_version), ('decided at', decided_at::text)"
        f") as facts (fact, value) where transaction_id = {_ID} and facts.value <> ''"
    ),
    size=(10, 13),
)
REASONS = Panel(
    "Reasons",
    "Why, the strongest first: the value found, and what is usual.",
    Shape.TABLE,
    _sql(
        'select reason."text" as reason, reason.source, reason.code, reason.value, reason.usual,'
        ' reason.weight from transactions, jsonb_to_recordset(reasons) as reason ("text" text,'
        " source text, code text, value float8, usual float8, weight float8)"
        f" where transaction_id = {_ID} order by reason.weight desc"
    ),
    size=(14, 13),
    empty="Approved transactions have no reasons",
)
COSTS = Panel(
    "Expected cost of each action",
    "The cheapest was taken.",
    Shape.TABLE,
    _sql(
        "select costs.key as action, costs.value::float8 as cost"
        " from transactions, jsonb_each_text(expected_cost) as costs"
        f" where transaction_id = {_ID} order by 2"
    ),
    units=(("cost", MONEY),),
    size=(6, 10),
)
HISTORY = Panel(
    "The account's latest transactions",
    "Up to 50, the newest first.",
    Shape.TABLE,
    _sql(
        "select event_time as time, action, amount::float8 as amount, currency, merchant_id as"
        " merchant, country, channel, score, transaction_id as transaction from transactions"
        f" where account_id = (select account_id from transactions where transaction_id = {_ID}"
        " limit 1) order by event_time desc limit 50"
    ),
    units=(("score", "percentunit"),),
    links=(
        (
            "transaction",
            "/d/fraudstream-transaction?var-transaction=${__value.raw:percentencode}",
        ),
    ),
    size=(18, 10),
)

TRANSACTION = Dashboard(
    "fraudstream-transaction",
    "Transaction",
    "One decision: what, why, by which versions, and what the account did before.",
    rows=(Row("Decision", (DECISION, REASONS)), Row("Costs and history", (COSTS, HISTORY))),
    variables=(PICKED,),
    since="now-24h",
    refresh="",
)
