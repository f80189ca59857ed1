"""*Model*: whether scores still mean what they say, and what labels confirmed."""

from __future__ import annotations

from fraudstream.monitoring.dashboards.choices import COUNTRY, METHOD, PLACES
from fraudstream.monitoring.described import (
    MONEY,
    Dashboard,
    Datasource,
    Panel,
    Query,
    Row,
    Shape,
    Variable,
)

__all__ = ["MODEL"]

MATURITY = Variable(
    "maturity",
    "Labels had at least",
    "Transactions younger than this are left out of what is compared with labels: of them, only "
    "the frauds that were noticed at once are known.",
    values=("7d", "30d", "1d", "1h", "0m"),
)
UNKNOWN = "No transaction is old enough yet for its label to be known"

_MATURE = "now() - ${maturity:sqlstring}::interval"

# By the minute, because that is what the index of fraud labels is by.
_LABELLED = f"""
with frauds as (
    select transactions.event_time, action, score, amount_base
    from labels join transactions using (transaction_id)
    where labels.is_fraud and {PLACES}
    and $__timeFilter(transactions.event_time) and transactions.event_time < {_MATURE}
    and time_bucket(interval '1 minute', labels.event_time)
        between $__timeFrom()::timestamptz - interval '1 minute' and $__timeTo()
    and not exists (
        select from labels as later where later.transaction_id = labels.transaction_id
        and (later.arrived_at, later.batch, later.batch_row)
            > (labels.arrived_at, labels.batch, labels.batch_row))
), decided as (
    select * from transactions_per_minute
    where $__timeFilter(bucket) and bucket < {_MATURE} and {PLACES}
)"""

_BINS = """(values
    (1, 'below 0.1 %', score_to_0_001, 0.0, 0.001),
    (2, '0.1 to 1 %', score_to_0_01, 0.001, 0.01),
    (3, '1 to 10 %', score_to_0_1, 0.01, 0.1),
    (4, '10 to 50 %', score_to_0_5, 0.1, 0.5),
    (5, 'over 50 %', score_to_1, 0.5, 1.000001)
) as bins (place, score, transactions, low, high)"""


def _sql(text: str) -> tuple[Query]:
    return (Query(text.strip()),)


DISTRIBUTION = Panel(
    "Scores",
    "How many transactions were given which probability of fraud.",
    Shape.BARS,
    _sql(
        "select bins.score, sum(bins.transactions)::int8 as transactions"
        f" from transactions_per_minute cross join lateral {_BINS}"
        f" where $__timeFilter(bucket) and {PLACES}"
        " group by bins.place, bins.score order by bins.place"
    ),
)
DRIFT = Panel(
    "Shares of high scores",
    "Of all transactions, those with a score of at least 1 %, 10 %, 50 %. A jump means that the "
    "transactions or the model changed.",
    Shape.LINES,
    _sql(
        "select $__timeGroupAlias(bucket,$__interval),"
        " sum(score_to_0_1 + score_to_0_5 + score_to_1)::float8 / sum(transactions)"
        ' as "at least 1 %",'
        " sum(score_to_0_5 + score_to_1)::float8 / sum(transactions)"
        ' as "at least 10 %",'
        ' sum(score_to_1)::float8 / sum(transactions) as "at least 50 %"'
        f" from transactions_per_minute where $__timeFilter(bucket) and {PLACES}"
        " group by 1 order by 1"
    ),
    unit="percentunit",
)
CALIBRATION = Panel(
    "Calibration",
    "Of the transactions with such scores, how many were confirmed as fraud. The share should lie "
    "between the scores' bounds.",
    Shape.TABLE,
    _sql(
        f"{_LABELLED}, scored as ("
        " select bins.place, bins.score, bins.low, bins.high,"
        " sum(bins.transactions)::int8 as transactions"
        f" from decided cross join lateral {_BINS} group by 1, 2, 3, 4"
        ") select scored.score, scored.transactions, count(frauds.score) as frauds,"
        " count(frauds.score)::float8 / nullif(scored.transactions, 0) as share"
        " from scored left join frauds"
        " on frauds.score >= scored.low and frauds.score < scored.high"
        " group by scored.place, scored.score, scored.transactions order by scored.place"
    ),
    units=(("share", "percentunit"),),
    empty=UNKNOWN,
)
PRECISION = Panel(
    "Precision",
    "Of flagged transactions, those that labels confirmed as fraud.",
    Shape.STAT,
    _sql(
        f"{_LABELLED} select (select count(*) from frauds where action <> 'approve')::float8"
        " / nullif((select sum(flagged) from decided), 0) as precision"
    ),
    unit="percentunit",
    size=(6, 5),
    empty=UNKNOWN,
)
RECALL = Panel(
    "Recall",
    "Of the transactions that labels confirmed as fraud, those that were flagged.",
    Shape.STAT,
    _sql(
        f"{_LABELLED} select count(*) filter (where action <> 'approve')::float8"
        " / nullif(count(*), 0) as recall from frauds"
    ),
    unit="percentunit",
    size=(6, 5),
    empty=UNKNOWN,
)
STOPPED = Panel(
    "Confirmed fraud stopped",
    "The money in confirmed frauds that were flagged.",
    Shape.STAT,
    _sql(
        f"{_LABELLED} select coalesce(sum(amount_base) filter (where action <> 'approve'), 0)"
        "::float8 as amount from frauds"
    ),
    unit=MONEY,
    size=(6, 5),
)
MISSED = Panel(
    "Confirmed fraud missed",
    "The money in confirmed frauds that were approved.",
    Shape.STAT,
    _sql(
        f"{_LABELLED} select coalesce(sum(amount_base) filter (where action = 'approve'), 0)"
        "::float8 as amount from frauds"
    ),
    unit=MONEY,
    size=(6, 5),
)
QUALITY = Panel(
    "Precision and recall over time",
    "By time of the transaction, over those old enough for their label to be known.",
    Shape.LINES,
    _sql(
        f"{_LABELLED}, caught as ("
        " select $__timeGroup(event_time,$__interval) as time, count(*) as frauds,"
        " count(*) filter (where action <> 'approve') as caught from frauds group by 1"
        "), flagged as ("
        " select $__timeGroup(bucket,$__interval) as time, sum(flagged) as flagged"
        " from decided group by 1"
        ') select time as "time",'
        " coalesce(caught.caught, 0)::float8 / nullif(flagged.flagged, 0) as precision,"
        " caught.caught::float8 / caught.frauds as recall"
        " from flagged full join caught using (time) order by 1"
    ),
    unit="percentunit",
    empty=UNKNOWN,
)
DECIDING = Panel(
    "Deciding now",
    "The model that the running engine or job uses.",
    Shape.STAT,
    (Query("max by (version, job) (fraudstream_model_info)", "model {{version}} ({{job}})"),),
    Datasource.PROMETHEUS,
    size=(6, 8),
    empty="No engine is running",
)
VERSIONS = Panel(
    "What decided when",
    "Each combination of versions that ever decided, newest first, and its first batch.",
    Shape.TABLE,
    _sql(
        "select first.committed_at as since, versions.model, versions.features,"
        " versions.policy, versions.rules, versions.kernel, first.batch"
        " from versions cross join lateral (select batch, committed_at from journal"
        " where versions_id = versions.id order by batch limit 1) as first"
        " order by first.batch desc limit 50"
    ),
    size=(18, 8),
    empty="Nothing has been decided yet",
)

MODEL = Dashboard(
    "fraudstream-model",
    "Model",
    "Whether scores still mean what they say, what labels confirmed, which versions decided.",
    rows=(
        Row("Scores", (DISTRIBUTION, DRIFT)),
        Row("Confirmed by labels", (PRECISION, RECALL, STOPPED, MISSED, CALIBRATION, QUALITY)),
        Row("Versions", (DECIDING, VERSIONS)),
    ),
    variables=(COUNTRY, METHOD, MATURITY),
    since="now-30d",
    refresh="1m",
    promotions=True,
)
