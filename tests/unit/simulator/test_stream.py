from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import islice

import numpy as np
import pytest
from tests.unit.simulator.bank import BUSY, whole

from fraudstream.simulator import Chunk, Settings, World, encode_json, stream
from fraudstream.simulator.rows import in_order, joined

SMALL = Settings(seed=7, customers=200, days=6, fraud_share=0.03)


def test_the_same_settings_give_the_same_bytes() -> None:
    assert encode_json(whole(SMALL)) == encode_json(whole(SMALL))


def test_another_seed_gives_another_stream() -> None:
    assert encode_json(whole(SMALL)) != encode_json(whole(replace(SMALL, seed=8)))


@pytest.mark.parametrize("size", [1, 97, 4_096, 10**6])
def test_the_size_of_chunks_changes_no_byte(size: int) -> None:
    settings = replace(SMALL, customers=60, days=3)
    chunks = list(stream(settings, rows_per_chunk=size))
    assert {len(chunk) for chunk in chunks[:-1]} <= {size}
    assert b"".join(map(encode_json, chunks)) == encode_json(whole(settings))


def test_other_attackers_leave_the_customers_alone() -> None:
    ours, theirs = whole(SMALL, "normal"), whole(replace(SMALL, attack_seed=99), "normal")
    assert encode_json(ours) == encode_json(theirs)


def test_attackers_of_different_seeds_share_no_device_and_no_transaction() -> None:
    settings = replace(SMALL, days=30)
    one = whole(replace(settings, attack_seed=1), "attack").transactions()
    two = whole(replace(settings, attack_seed=2), "attack").transactions()
    customers = set(whole(settings, "normal").column("device").tolist())
    devices = [set(c.column("device").tolist()) - customers - {-1} for c in (one, two)]
    assert min(map(len, devices)) > 10
    assert not devices[0] & devices[1]
    assert not set(one.column("number").tolist()) & set(two.column("number").tolist())


def test_events_are_in_the_order_of_their_arrival(busy: Chunk) -> None:
    assert (np.diff(busy.column("at")) >= 0).all()


def test_transactions_arrive_when_they_happen_and_within_the_stream(payments: Chunk) -> None:
    times = payments.column("event_time")
    assert (times == payments.column("at")).all()
    assert BUSY.end_ms is not None
    assert BUSY.start_ms <= times.min() <= times.max() < BUSY.end_ms


def test_two_producers_together_are_the_merged_stream(busy: Chunk) -> None:
    apart = joined([whole(BUSY, "normal").rows, whole(BUSY, "attack").rows])
    assert encode_json(Chunk(in_order(apart), busy.attacks)) == encode_json(busy)


def test_transaction_ids_are_unique_across_producers(payments: Chunk) -> None:
    numbers = payments.column("number")
    assert len(np.unique(numbers)) == len(numbers)
    assert numbers.min() >= 0


def test_ids_do_not_tell_fraud_from_honesty(payments: Chunk) -> None:
    numbers, fraud = payments.column("number"), payments.is_fraud
    assert numbers.max() < 10**9
    for modulus in (2, 5, 10):  # the last digits are spread alike
        shares = [
            np.bincount(n % modulus, minlength=modulus) / len(n) for n in (numbers[fraud], numbers)
        ]
        assert np.abs(shares[0] - shares[1]).max() < 0.1
    deciles = np.histogram(numbers[fraud], 10, (0, 10**9))[0] / fraud.sum()
    assert deciles.max() < 0.3


@pytest.mark.parametrize("share", [0.002, 0.01, 0.05])
def test_the_share_of_fraud_is_the_one_asked_for(share: float) -> None:
    settings = Settings(customers=2_000, days=30, fraud_share=share)
    fraud = whole(settings).transactions().is_fraud.mean()
    assert fraud == pytest.approx(share, rel=0.35)


def test_without_fraud_every_transaction_is_genuine() -> None:
    assert not whole(replace(SMALL, fraud_share=0)).is_fraud.any()


def test_only_chosen_attacks_happen() -> None:
    chosen = ("card_testing", "mule_chain")
    names = set(whole(replace(SMALL, attacks=chosen)).attack_names.tolist())
    assert names == {"", *chosen}


def test_a_customer_makes_as_many_transactions_a_day_as_asked() -> None:
    settings = Settings(customers=1_000, days=28, daily=2.0, fraud_share=0)
    per_day = len(whole(settings).transactions()) / 28 / 1_000
    assert per_day == pytest.approx(2.0, rel=0.12)


def test_a_stream_that_starts_later_shows_the_same_purchases() -> None:
    early = replace(SMALL, fraud_share=0, days=6, settle=False)
    late = replace(early, start=early.start + timedelta(days=4), founded=early.start, days=2)
    rows = whole(early).transactions().rows
    numbers = set(rows["number"][rows["event_time"] >= late.start_ms].tolist())
    later = set(whole(late).transactions().column("number").tolist())
    assert later <= numbers
    assert len(later) > 0.95 * len(numbers)  # refunds of earlier purchases are not in it


def test_history_and_its_continuation_share_no_transaction() -> None:
    history = Settings(seed=1, attack_seed=1, customers=500, days=10)
    live = history.continued(10, attack_seed=2)
    before, after = (
        set(whole(s).transactions().column("number").tolist()) for s in (history, live)
    )
    assert not before & after


def test_a_live_stream_has_several_attacks_from_the_first_seconds_on() -> None:
    live = Settings(customers=2_000, days=None)
    first_seconds = next(stream(live, rows_per_chunk=6_000)).transactions()
    names = set(first_seconds.attack_names.tolist()) - {""}
    assert len(names) >= 5
    half_a_minute = joined([c.rows for c in islice(stream(live, rows_per_chunk=10_000), 3)])
    assert len(set(half_a_minute["attack"].tolist()) - {-1}) >= 9


def test_a_large_bank_is_drawn_in_shorter_blocks() -> None:
    large = Settings(customers=300_000, days=None, fraud_share=0.001)
    assert len(next(stream(large)).transactions()) < 250_000


def test_attackers_number_where_customers_never_do(world: World) -> None:
    genuine = world.genuine_numbers(0, 10**6)
    for attackers in range(3):
        attack = world.attack_numbers(attackers, np.arange(0, 10**8, 97))
        assert len(np.intersect1d(genuine, attack)) == 0
