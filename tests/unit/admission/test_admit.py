"""Which events act, when they arrived, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from tests.oracle.happening import Happening, batch_of
from tests.oracle.presets import DAY, HOUR, MINUTE, SECOND, preset_of
from tests.oracle.running import plain

from fraudstream.admission import Admission, Admitted, Entry, admit
from fraudstream.events import EventBatch, Kind, Reason

NOON = 1_700_000_000_000
LATER = NOON + 365 * DAY


class Gate:
    """Admission of a small preset, batch by batch."""

    def __init__(self, label_field: str | None = None) -> None:
        self.preset = preset_of([], label_field=label_field)
        self.entry = Entry.of(self.preset)
        self.state = Admission.empty(self.entry)

    def batch(
        self, events: Sequence[Happening], partitions: Sequence[int] | None = None
    ) -> EventBatch:
        batch = batch_of(self.preset, events, plain)
        if partitions is None:
            return batch
        return replace(batch, partitions=np.array(partitions, np.int32))

    def admit(
        self,
        *events: Happening,
        as_of: int = LATER,
        partitions: Sequence[int] | None = None,
    ) -> Admitted:
        return admit(self.state, self.batch(events, partitions), as_of)

    def restart(self) -> None:
        self.state = Admission.restore(self.entry, self.state.snapshot())


def reasons(admitted: Admitted) -> list[tuple[int, Reason, tuple[int, int] | None]]:
    return [(r.row, r.reason, r.first) for r in admitted.refused]


def test_without_an_arrival_the_clock_is_the_greatest_event_time_so_far() -> None:
    admitted = Gate().admit(
        Happening(NOON, 1), Happening(NOON + HOUR, 2), Happening(NOON + MINUTE, 3)
    )
    assert admitted.events.arrivals.tolist() == [NOON, NOON + HOUR, NOON + HOUR]


def test_an_arrival_never_runs_backwards_within_its_partition() -> None:
    admitted = Gate().admit(
        Happening(NOON, 1, arrival=NOON + MINUTE),
        Happening(NOON, 2, arrival=NOON),
        Happening(NOON, 3, arrival=NOON),
        partitions=[0, 0, 1],
    )
    assert admitted.events.arrivals.tolist() == [NOON + MINUTE, NOON + MINUTE, NOON]
    assert admitted.watermark == NOON


def test_an_event_dated_after_as_of_is_refused_and_moves_no_clock() -> None:
    gate = Gate()
    admitted = gate.admit(Happening(NOON + DAY, 1), Happening(NOON, 2), as_of=NOON + HOUR)
    assert reasons(admitted) == [(0, Reason.TIME_FUTURE, None)]
    assert admitted.events.arrivals.tolist() == [NOON]


@pytest.mark.parametrize(("ahead", "refused"), [(5 * MINUTE, False), (5 * MINUTE + 1, True)])
def test_an_event_may_be_ahead_of_its_arrival_by_max_future_and_no_more(
    ahead: int, refused: bool
) -> None:
    admitted = Gate().admit(Happening(NOON + ahead, 1, arrival=NOON))
    assert bool(admitted.refused) is refused


def test_one_wrong_arrival_clock_harms_nobody() -> None:
    admitted = Gate().admit(
        Happening(NOON, 1, arrival=NOON + 900 * DAY),
        Happening(NOON, 2, arrival=NOON),
        as_of=NOON + MINUTE,
    )
    assert reasons(admitted) == [(0, Reason.TIME_FUTURE, None)]
    assert admitted.events.arrivals.tolist() == [NOON]


def test_what_is_refused_still_says_how_late_it_is() -> None:
    gate = Gate()
    gate.admit(Happening(NOON, 1, arrival=NOON))
    duplicate = Happening(NOON, 1, arrival=NOON + HOUR)
    ahead = Happening(NOON + DAY, 2, arrival=NOON + 2 * HOUR)
    admitted = gate.admit(duplicate, Happening(NOON, 3), ahead, Happening(NOON, 4, arrival=NOON))
    assert [reason for _, reason, _ in reasons(admitted)] == [Reason.DUPLICATE, Reason.TIME_FUTURE]
    assert admitted.events.arrivals.tolist() == [NOON + HOUR, NOON + 2 * HOUR]


def test_a_second_arrival_of_an_id_is_refused_and_points_to_the_first() -> None:
    admitted = Gate().admit(
        Happening(NOON, 7, content=1), Happening(NOON, 7, content=1), Happening(NOON, 7, content=2)
    )
    assert reasons(admitted) == [
        (1, Reason.DUPLICATE, (0, 0)),
        (2, Reason.ID_CONFLICT, (0, 0)),
    ]
    assert admitted.refused[1].detail("tx") == (
        "another transaction with this id arrived before, at tx, partition 0, offset 0"
    )


@pytest.mark.parametrize(("after", "refused"), [(DAY - 1, True), (DAY, False)])
def test_an_id_may_come_again_once_the_horizon_has_passed(after: int, refused: bool) -> None:
    gate = Gate()
    gate.admit(Happening(NOON, 7))
    gate.restart()
    assert bool(gate.admit(Happening(NOON + after, 7)).refused) is refused


def test_a_duplicate_changes_no_state() -> None:
    gate = Gate()
    gate.admit(Happening(NOON, 7))
    gate.admit(Happening(NOON + DAY - SECOND, 7))
    assert not gate.admit(Happening(NOON + DAY, 7)).refused


def test_labels_of_one_transaction_may_come_many_times() -> None:
    event = Happening(NOON, 7)
    label = Happening(NOON, 7, kind=Kind.LABEL, fraud=1)
    assert not Gate().admit(event, label, label).refused


def test_ids_are_forgotten_after_their_horizon() -> None:
    gate = Gate()
    for day in range(40):
        gate.admit(*(Happening(NOON + day * DAY + i, day * 1000 + i) for i in range(1000)))
    assert int(gate.state.ledger.seen_counts[2]) < 3500


def test_a_label_that_a_transaction_carries_acts_when_it_would_be_known() -> None:
    gate = Gate(label_field="is_fraud")
    gate.admit(Happening(NOON, 1, fraud=1), Happening(NOON + 1, 2, fraud=0))
    gate.restart()
    early = gate.admit(Happening(NOON + 7 * DAY - 1, 3))
    due = gate.admit(Happening(NOON + 7 * DAY, 4), Happening(NOON + 8 * DAY, 5)).due
    assert len(early.due) == 0
    assert due.before.tolist() == [0]
    assert due.times.tolist() == [NOON]
    assert due.ids.tolist() == [1]


def test_waiting_labels_keep_their_order_as_the_queue_grows() -> None:
    gate, due = Gate(label_field="is_fraud"), []
    for hour in range(400):
        admitted = gate.admit(
            *(Happening(NOON + hour * HOUR + i, 10 * hour + i + 1, fraud=1) for i in range(10))
        )
        due += admitted.due.ids.tolist()
    assert due == sorted(due)
    assert len(due) == 10 * (400 - 7 * 24)


@pytest.mark.parametrize("cut", [1, 2, 3, 5])
def test_batches_of_any_size_admit_the_same(cut: int) -> None:
    events = [Happening(NOON + (i * 7919) % 50 * HOUR, i % 9, content=i % 9) for i in range(60)]
    whole = Gate().admit(*events)
    gate, arrivals, refused = Gate(), [], 0
    for start in range(0, len(events), cut):
        part = gate.admit(*events[start : start + cut])
        arrivals += part.events.arrivals.tolist()
        refused += len(part.refused)
    assert arrivals == whole.events.arrivals.tolist()
    assert refused == len(whole.refused)


def test_an_empty_batch_admits_nothing() -> None:
    admitted = Gate().admit()
    assert len(admitted.events) == 0
    assert not admitted.refused
