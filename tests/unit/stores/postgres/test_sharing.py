"""Several writers, each with its share of every batch, and their one owner."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from tests.unit.decisions.outcomes import NOON, PRESET, VERSIONS, Row, outcome_of

from fraudstream.decisions import Outcome
from fraudstream.errors import Superseded, Unavailable
from fraudstream.ports import Entry
from fraudstream.stores.postgres import PostgresShare, SharedPostgres

Ask = Callable[..., list[tuple[Any, ...]]]


def entry(batch: int) -> Entry:
    return Entry(batch, {0: batch}, {0: batch + 1}, NOON, VERSIONS.as_dict())


def outcome(name: str) -> Outcome:
    return outcome_of([Row(f"{name}_{k}") for k in range(20)], [0] * 20)


def owner_of(database: str, epoch: int) -> SharedPostgres:
    owner = SharedPostgres(database, PRESET)
    owner.claim(epoch)
    return owner


def test_a_batch_is_held_once_all_its_shares_are(database: str, ask: Ask) -> None:
    with closing(owner_of(database, 1)) as owner:
        owner.begin(entry(0))
        for number in range(2):
            with closing(PostgresShare(database, PRESET, (number, 4), 1)) as share:
                share.write(entry(0), outcome(f"share{number}"))
                assert share.position() == 0
        assert owner.position() == -1
        owner.complete(entry(0))
        assert owner.position() == 0
        assert [held.batch for held in owner.entries(-1)] == [0]
    assert ask("select count(*), count(distinct batch_row) from transactions") == [(40, 40)]
    assert ask("select sum(transactions) from transactions_minutes") == [(40,)]


def test_what_is_tried_again_changes_nothing(database: str, ask: Ask) -> None:
    with closing(owner_of(database, 1)) as owner:
        for _ in range(2):
            owner.begin(entry(0))
            with closing(PostgresShare(database, PRESET, (0, 4), 1)) as share:
                share.write(entry(0), outcome("tx"))
        owner.complete(entry(0))
        owner.complete(entry(0))
    assert ask("select count(*) from transactions") == [(20,)]
    assert ask("select count(*) from journal") == [(1,)]


def test_nobody_writes_for_an_owner_whose_time_is_over(database: str, ask: Ask) -> None:
    with closing(owner_of(database, 1)) as old, closing(owner_of(database, 2)) as new:
        new.begin(entry(0))
        with pytest.raises((Superseded, Unavailable)):
            old.begin(entry(0))
        with pytest.raises(Superseded):
            old.begin(entry(0))
        with (
            closing(PostgresShare(database, PRESET, (0, 4), 1)) as share,
            pytest.raises(Superseded),
        ):
            share.write(entry(0), outcome("old"))
        with closing(PostgresShare(database, PRESET, (0, 4), 2)) as share:
            share.write(entry(0), outcome("new"))
    assert ask("select distinct left(transaction_id, 3) from transactions") == [("new",)]


def test_shares_of_the_same_minutes_are_written_at_the_same_time(database: str, ask: Ask) -> None:
    failed: list[Exception] = []

    def write_all(number: int) -> None:
        try:
            with closing(PostgresShare(database, PRESET, (number, 4), 1)) as share:
                for batch in range(15):
                    share.write(entry(batch), outcome(f"share{number}_{batch}"))
        except Exception as error:
            failed.append(error)

    with closing(owner_of(database, 1)) as owner:
        for batch in range(15):
            owner.begin(entry(batch))
        writers = [threading.Thread(target=write_all, args=[number]) for number in range(4)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
    assert failed == []
    assert ask("select sum(transactions) from transactions_minutes") == [(4 * 15 * 20,)]
