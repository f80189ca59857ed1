"""Questions about what was decided, for people: every store's read side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from fraudstream.decisions.explanation import figures_of
from fraudstream.errors import CheckFailed

__all__ = ["Answers", "Reader"]

Row = dict[str, Any]


class Answers(Protocol):
    """A connection for reading: rows with times in UTC, money as ``Decimal``, JSON as text."""

    def rows(self, query: str, values: Sequence[Any]) -> list[Row]:
        """A query's answer; ``values`` are its ``$1``, ``$2`` and so on."""
        ...

    def close(self) -> None:
        """Let go; may be called twice."""
        ...


class Reader:
    """Queries over what is committed; each answers with plain rows, times in UTC.

    A reader is for one thread at a time; a store gives out as many as are wanted.
    """

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def decision(self, transaction_id: str) -> Row | None:
        """The latest decision about a transaction, with what its features are and its label."""
        return next(iter(self.rows(_DECISION, [transaction_id])), None)

    def explain(self, transaction_id: str) -> dict[str, Any]:
        """All about the latest decision about a transaction: ``figures_of`` it and its labels.

        Raises ``CheckFailed`` where the store knows no such transaction.
        """
        row = self.decision(transaction_id)
        if row is None:
            raise CheckFailed(
                f'No decision about a transaction "{transaction_id}" is stored.',
                advice="Check the id; a message that was refused is in: fraudstream rejects list",
            )
        return figures_of(row, self.labels(transaction_id))

    def latest_alerts(self, limit: int = 20) -> list[Row]:
        """The alerts decided last, the newest first."""
        return self.rows(
            "select * from alerts order by batch desc, batch_row desc limit $1", [limit]
        )

    def actions_per_minute(self, minutes: int = 10) -> list[Row]:
        """Transactions by minute of event time and action, over the last minutes there are."""
        return self.rows(_PER_MINUTE, [minutes])

    def money(self) -> Row:
        """Totals: how many of each action, their amounts, and what labels say of them."""
        return self.rows(_MONEY)[0]

    def rejects(self, reason: str | None = None, limit: int = 100) -> list[Row]:
        """Rejected messages, the newest first."""
        return self.rows(_REJECTS, [reason, limit])

    def reject_counts(self) -> dict[str, int]:
        """Rejected messages by reason."""
        counted = self.rows("select reason, count(*) as n from rejects group by reason order by 1")
        return {row["reason"]: row["n"] for row in counted}

    def labels(self, transaction_id: str) -> list[Row]:
        """All labels of a transaction, the latest first."""
        return self.rows(_LABELS, [transaction_id])

    def feature_names(self, fingerprint: str) -> tuple[str, ...]:
        """Names of the elements of feature arrays with this fingerprint; none if it never ran."""
        found = self.rows("select names from feature_sets where fingerprint = $1", [fingerprint])
        return tuple(found[0]["names"]) if found else ()

    def rows(self, query: str, values: list[Any] | None = None) -> list[Row]:
        """Any query's answer."""
        return self._answers.rows(query, values or [])

    def close(self) -> None:
        """Let go of the connection."""
        self._answers.close()


# transactions_labelled says the same, but ranks every label that there is
_DECISION = """
    select transactions.*,
        label.is_fraud, label.known_at as label_known_at, label.source as label_source,
        feature_sets.names as feature_names, feature_sets.meanings as feature_meanings,
        versions.kernel, versions.policy as policy_version, versions.rules as rules_version,
        versions.lists as lists_version, journal.epoch, journal.as_of
    from transactions
    left join (
        select * from labels where transaction_id = $1
        order by arrived_at desc, batch desc, batch_row desc limit 1
    ) as label on true
    left join feature_sets on feature_sets.fingerprint = features_version
    left join versions on versions.id = versions_id
    left join journal on journal.batch = transactions.batch
    where transactions.transaction_id = $1
    order by transactions.batch desc, transactions.batch_row desc
    limit 1
"""

_PER_MINUTE = """
    select
        bucket,
        action,
        sum(transactions)::bigint as transactions,
        sum(amount_base) as amount_base
    from transactions_per_minute
    where bucket > (select max(bucket) from transactions_per_minute) - $1 * interval '1 minute'
    group by bucket, action order by bucket, action
"""

_MONEY = """
    select
        count(*) as transactions,
        count(*) filter (where action = 'approve') as approved,
        count(*) filter (where action = 'review') as reviewed,
        count(*) filter (where action = 'decline') as declined,
        coalesce(sum(amount_base), 0) as amount_base,
        coalesce(sum(amount_base) filter (where action <> 'approve'), 0) as flagged_amount_base,
        count(*) filter (where is_fraud) as frauds,
        count(*) filter (where is_fraud and action <> 'approve') as frauds_caught,
        coalesce(sum(amount_base) filter (where is_fraud and action <> 'approve'), 0) as saved,
        coalesce(sum(amount_base) filter (where is_fraud and action = 'approve'), 0) as missed,
        count(*) filter (where not is_fraud and action = 'decline') as good_declined
    from transactions_labelled
"""

_REJECTS = """
    select * from rejects where $1::text is null or reason = $1
    order by batch desc, source_partition desc, source_offset desc limit $2
"""

_LABELS = """
    select * from labels where transaction_id = $1
    order by arrived_at desc, batch desc, batch_row desc
"""
