"""What is deleted when rows have become too old; ``$1`` is the time before which they are."""

__all__ = ["DELETIONS", "TRANSACTIONS"]

TRANSACTIONS = "delete from transactions where event_time < $1"

DELETIONS = {
    "labels": "delete from labels where arrived_at < $1",
    "reversals": "delete from reversals where arrived_at < $1",
    "alerts": "delete from alerts where event_time < $1",
    "rejects": "delete from rejects where rejected_at < $1",
    # the newest that an account said stays, and the sign-up time it told last
    "profiles": """
        delete from profiles where arrived_at < $1 and exists (
            select 1 from profiles as later
            where later.account_id = profiles.account_id
                and (later.signup_time is not null or profiles.signup_time is null)
                and (later.arrived_at, later.batch, later.batch_row)
                    > (profiles.arrived_at, profiles.batch, profiles.batch_row)
        )
    """,
    # an engine goes on from the last line
    "journal": """
        delete from journal
        where committed_at < $1 and batch < (select max(batch) from journal)
    """,
}
"""Of every table but ``transactions``. ``versions`` and ``feature_sets`` are small and stay."""
