from __future__ import annotations

import numpy as np
from tests.unit.simulator.bank import BUSY, whole

from fraudstream.simulator import ATTACKS, Chunk
from fraudstream.simulator.rows import LABEL, PROFILE, REVERSAL, Rows
from fraudstream.simulator.settings import DAY
from fraudstream.simulator.vocabulary import TYPES


def of_kind(chunk: Chunk, kind: int) -> Rows:
    return chunk.rows[chunk.rows["kind"] == kind]


def matched(events: Rows, payments: Chunk) -> Rows:
    """Return each event's transaction."""
    order = np.argsort(payments.rows["number"])
    place = np.searchsorted(payments.rows["number"][order], events["number"])
    found = payments.rows[order[place]]
    assert (found["number"] == events["number"]).all()
    return found


def test_a_label_repeats_its_transaction_and_comes_after_it(busy: Chunk, payments: Chunk) -> None:
    labels = of_kind(busy, LABEL)
    their = matched(labels, payments)
    assert (labels["at"] > labels["event_time"]).all()
    for field in (
        "event_time",
        "amount",
        "currency",
        "account",
        "card",
        "merchant",
        "device",
        "ip",
    ):
        assert (labels[field] == their[field]).all()


def test_labels_tell_the_truth(busy: Chunk, payments: Chunk) -> None:
    labels = of_kind(busy, LABEL)
    assert (labels["attack"] == matched(labels, payments)["attack"]).all()


def test_nearly_every_fraud_is_labelled_once_and_few_genuine_are(busy: Chunk) -> None:
    labels, payments = of_kind(busy, LABEL), busy.transactions()
    assert len(np.unique(labels["number"])) == len(labels)
    assert 0.94 < (labels["attack"] >= 0).sum() / payments.is_fraud.sum() < 1.0
    assert 0.005 < (labels["attack"] < 0).sum() / (~payments.is_fraud).sum() < 0.05


def test_labels_take_hours_to_weeks_and_each_attack_has_its_own_delay(busy: Chunk) -> None:
    labels = of_kind(busy, LABEL)
    days = (labels["at"] - labels["event_time"]) / DAY
    assert days.min() < 0.5
    assert 14 < days.max() <= 60.01
    for code, attack in enumerate(ATTACKS.values()):
        assert 0.3 < np.median(days[labels["attack"] == code]) / attack.delay < 3
    order = [
        np.median(days[labels["attack"] == list(ATTACKS).index(n)])
        for n in ("account_takeover", "stolen_card_spree", "bust_out")
    ]
    assert order == sorted(order)


def test_unsettled_history_ends_at_its_end() -> None:
    settings = BUSY.__class__(seed=3, customers=300, days=10, settle=False)
    assert settings.end_ms is not None
    assert whole(settings).column("at").max() < settings.end_ms


def test_reversals_undo_a_few_genuine_transactions_soon(busy: Chunk, payments: Chunk) -> None:
    undone = of_kind(busy, REVERSAL)
    their = matched(undone, payments)
    wait = undone["at"] - their["event_time"]
    assert (undone["amount"] == their["amount"]).all()
    assert (their["attack"] < 0).all()
    assert wait.min() > 0
    assert wait.max() <= 30 * 60_000
    assert 0.001 < len(undone) / len(payments) < 0.01


def test_some_purchases_come_back_as_smaller_or_equal_refunds(payments: Chunk) -> None:
    honest = payments.where(~payments.is_fraud).rows
    back = honest[honest["type"] == TYPES.index("refund")]
    assert 0.002 < len(back) / len(honest) < 0.03
    for refund in back[:50]:
        bought = honest[
            (honest["card"] == refund["card"]) & (honest["merchant"] == refund["merchant"])
        ]
        bought = bought[bought["event_time"] < refund["event_time"]]
        assert (bought["amount"] >= refund["amount"]).any()


def test_every_account_has_one_profile_before_its_first_transaction(busy: Chunk) -> None:
    profiles, payments = of_kind(busy, PROFILE), busy.transactions()
    assert len(np.unique(profiles["account"])) == len(profiles)
    arrived = dict(zip(profiles["account"].tolist(), profiles["at"].tolist(), strict=True))
    accounts, first = np.unique(payments.column("account"), return_index=True)
    for account, row in zip(accounts.tolist(), first.tolist(), strict=True):
        assert arrived[account] <= payments.rows["event_time"][row]


def test_some_customers_join_while_the_stream_runs(busy: Chunk) -> None:
    profiles = of_kind(busy, PROFILE)
    joined = profiles["signup"] > BUSY.start_ms
    assert 0.003 < joined.mean() < 0.05
    assert (profiles["at"][joined] == profiles["signup"][joined]).all()
