from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from tests.unit.decisions.outcomes import NOON, PRESET, VERSIONS, Row, outcome_of

from fraudstream.decisions import Outcome
from fraudstream.errors import Superseded, Unavailable
from fraudstream.ports import Entry, Fenced
from fraudstream.stores.postgres import PostgresStore

Open = Callable[[], PostgresStore]


@pytest.fixture
def another(database: str) -> Iterator[Open]:
    """Opens one more store on the same tables, as another engine would."""
    opened: list[PostgresStore] = []

    def open_store() -> PostgresStore:
        opened.append(PostgresStore(database, PRESET))
        return opened[-1]

    yield open_store
    for store in opened:
        store.close()


def entry(batch: int, epoch: int = 0) -> Entry:
    return Entry(batch, {0: batch}, {0: batch + 1}, NOON, VERSIONS.as_dict(), epoch)


def outcome(batch: int) -> Outcome:
    return outcome_of([Row(f"tx_{batch}")], [0])


def test_nobody_owns_an_empty_store_yet(another: Open) -> None:
    store = another()
    assert isinstance(store, Fenced)
    assert (store.epoch(), store.position()) == (0, -1)


def test_a_claim_raises_the_epoch_and_keeps_what_is_held(another: Open) -> None:
    store = another()
    store.write(entry(0), outcome(0))
    store.claim(3)
    assert (store.epoch(), store.position()) == (3, 0)
    assert another().epoch() == 3


@pytest.mark.parametrize("epoch", [2, 1])
def test_an_epoch_that_is_not_newer_cannot_be_claimed(another: Open, epoch: int) -> None:
    another().claim(2)
    with pytest.raises(Superseded, match="not newer than 2"):
        another().claim(epoch)


def test_a_former_owner_cannot_write_after_a_claim(another: Open) -> None:
    former, successor = another(), another()
    former.claim(1)
    former.write(entry(0, 1), outcome(0))
    successor.claim(2)
    for _ in range(2):
        with pytest.raises((Superseded, Unavailable)):
            former.write(entry(1, 1), outcome(1))
    with pytest.raises(Superseded, match="taken over"):
        former.write(entry(1, 1), outcome(1))
    assert successor.position() == 0


def test_an_owner_completes_batches_that_a_former_one_journalled(another: Open) -> None:
    owner = another()
    owner.claim(2)
    owner.write(entry(0, epoch=1), outcome(0))
    owner.write(entry(1, epoch=2), outcome(1))
    assert [each.epoch for each in owner.entries(-1)] == [1, 2]
    assert owner.epoch() == 2


def test_a_predecessor_that_was_paused_inside_its_transaction_holds_nobody_up(
    database: str, another: Open
) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def paused_clock() -> int:
        inside.set()
        go_on.wait(30)
        return NOON

    paused = PostgresStore(database, PRESET, paused_clock)
    failed: list[BaseException] = []

    def write() -> None:
        try:
            paused.write(entry(0), outcome(0))
        except (Superseded, Unavailable) as error:
            failed.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    assert inside.wait(30)
    successor = another()
    successor.claim(1)
    successor.write(entry(0, 1), outcome_of([Row("by the successor")], [0]))
    go_on.set()
    writer.join()
    assert isinstance(failed[0], Unavailable)
    with pytest.raises(Superseded):
        paused.write(entry(1), outcome(1))
    paused.close()
    reader = successor.reader()
    kept = reader.rows("select transaction_id from transactions")
    reader.close()
    assert kept == [{"transaction_id": "by the successor"}]


def test_who_only_reads_is_left_alone_by_a_claim(another: Open) -> None:
    owner, follower = another(), another()
    owner.write(entry(0), outcome(0))
    reader = owner.reader()
    assert follower.position() == 0
    another().claim(1)
    assert [each.batch for each in follower.entries(-1)] == [0]
    assert reader.decision("tx_0") is not None
    reader.close()
