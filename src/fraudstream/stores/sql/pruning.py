"""What is deleted when rows have become too old; ``$1`` is the time before which they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from fraudstream.stores.sql.archive import profiles_of

__all__ = ["DELETIONS", "FORGETTING", "REDUCE", "TO_REDUCE", "TRANSACTIONS", "reduce_batches"]

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
    # an engine goes on from the last line, and state is made anew from those that have events
    "journal": """
        delete from journal
        where committed_at < $1 and batch < (select max(batch) from journal) and not exists (
            select 1 from event_log
            where event_log.batch = journal.batch and event_log.events is not null
        )
    """,
    "event_log": """
        delete from event_log
        where $1::timestamptz is not null
            and not exists (select 1 from journal where journal.batch = event_log.batch)
    """,
}
"""Of every table but ``transactions``, in this order. ``versions`` and ``feature_sets`` are small
and stay."""

# Too old is what is so by the wall clock and by that of the events too: of a past that is caught up
# with, the last stretch is needed however long ago it was.
_TOO_OLD = """
    batch < (
        select min(batch) from event_log
        where newest >= least($1, (select max(newest) from event_log) - (now() - $1))
    )
"""

TO_REDUCE = f"""
    select batch, events from event_log
    where {_TOO_OLD} and events is not null and profiles > 0 and count > profiles
    order by batch limit 100
"""
"""Batches of which only the profiles are still needed: state never forgets those."""

REDUCE = "update event_log set events = $2, count = profiles where batch = $1"

FORGETTING = f"""
    update event_log set events = null, count = 0
    where {_TOO_OLD} and events is not null and profiles = 0
"""
"""A line stays as long as the journal's, and says that the events were there once."""


def reduce_batches(
    too_old: Callable[[], Iterable[tuple[int, bytes]]], update: Callable[[int, bytes], object]
) -> None:
    """Keep of old batches the profiles alone; ``too_old`` asks ``TO_REDUCE`` as often as needed."""
    while rows := list(too_old()):
        for batch, events in rows:
            update(batch, profiles_of(events))
