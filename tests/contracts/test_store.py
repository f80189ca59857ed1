"""What every primary sink must keep, whichever database it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.unit.decisions.outcomes import NOON, VERSIONS, Row, outcome_of

from fraudstream.decisions import Outcome
from fraudstream.errors import Superseded
from fraudstream.ports import Entry
from fraudstream.wiring.stores import Store

Open = Callable[[], Store]


def entry(batch: int, epoch: int = 0) -> Entry:
    start, end = {0: 10 * batch, 1: 0}, {0: 10 * batch + 10, 1: 0}
    return Entry(batch, start, end, NOON, VERSIONS.as_dict(), epoch)


def outcome(batch: int) -> Outcome:
    return outcome_of([Row(f"tx_{batch}"), Row(f"tx_{batch}b")], [931_200, 0])


def test_an_empty_store_holds_no_batch(reopen: Open) -> None:
    store = reopen()
    assert store.position() == -1
    assert list(store.entries(-1)) == []


def test_a_written_batch_is_there_after_reopening(reopen: Open) -> None:
    reopen().write(entry(0), outcome(0))
    assert reopen().position() == 0


def test_the_journal_gives_back_what_was_written_in_order(reopen: Open) -> None:
    store = reopen()
    for batch in range(4):
        store.write(entry(batch), outcome(batch))
    assert list(reopen().entries(1)) == [entry(2), entry(3)]


def test_a_batch_that_is_held_is_not_written_again(reopen: Open) -> None:
    store = reopen()
    store.write(entry(0), outcome(0))
    store.write(entry(0), outcome(7))
    assert len(list(store.entries(-1))) == 1


def test_a_batch_before_the_last_changes_nothing(reopen: Open) -> None:
    store = reopen()
    store.write(entry(3), outcome(3))
    store.write(entry(2), outcome(2))
    assert [each.batch for each in store.entries(-1)] == [3]


def test_an_owner_of_an_older_epoch_is_refused(reopen: Open) -> None:
    store = reopen()
    store.write(entry(0, epoch=2), outcome(0))
    with pytest.raises(Superseded, match="taken over"):
        store.write(entry(1, epoch=1), outcome(1))
    assert store.position() == 0


def test_a_newer_epoch_goes_on_after_the_last_batch(reopen: Open) -> None:
    store = reopen()
    store.write(entry(0, epoch=1), outcome(0))
    store.write(entry(1, epoch=2), outcome(1))
    assert [each.epoch for each in reopen().entries(-1)] == [1, 2]


def test_a_batch_without_decisions_is_journalled(reopen: Open) -> None:
    reopen().write(entry(0), outcome_of([], []))
    assert list(reopen().entries(-1)) == [entry(0)]


def test_closing_twice_is_harmless(reopen: Open) -> None:
    store = reopen()
    store.close()
    store.close()


def test_a_reader_sees_a_batch_as_soon_as_it_is_written(reopen: Open) -> None:
    store = reopen()
    reader = store.reader()
    store.write(entry(0), outcome(0))
    assert reader.explain("tx_0")["action"] == "decline"
    reader.close()


def test_versions_are_kept_once_and_told_apart(reopen: Open) -> None:
    store = reopen()
    for batch, model in enumerate(("7", None, "7")):
        versions = replace(VERSIONS, model=model)
        changed = Entry(batch, {0: batch}, {0: batch + 1}, NOON, versions.as_dict())
        store.write(changed, replace(outcome(batch), versions=versions))
    found = [each.versions["model"] for each in reopen().entries(-1)]
    assert found == ["7", None, "7"]
