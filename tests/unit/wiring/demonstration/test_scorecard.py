"""The scorecard counts what a few obvious lines count."""

from __future__ import annotations

from collections import defaultdict

import pytest

from fraudstream.decisions import Action
from fraudstream.pipeline import State
from fraudstream.wiring.demonstration import Prepared, Scorecard
from fraudstream.wiring.demonstration.bank import LiveBank
from fraudstream.wiring.demonstration.latencies import Latencies

Row = tuple[int, int, int, int, str]
"""Action, amount, account, campaign, attack ("" if genuine)."""

Counted = tuple[Scorecard, list[Row]]


@pytest.fixture(scope="module")
def counted(learned: Prepared) -> Counted:
    """A scorecard of some live batches, and every transaction in them."""
    bank, card, rows = LiveBank(learned.demo.live, 1e6), Scorecard(100), list[Row]()
    extractor = learned.program.pipeline.extractor
    state = State.restore(extractor, learned.program.past.snapshot())
    for batch in range(1, 12):
        records = bank.poll(700, until={0: 700 * batch})
        assert records is not None
        outcome = learned.program.step(state, records, bank.now)
        truth = bank.truth(outcome.events.offsets)
        card.add(outcome, truth, 0.001)
        rows += zip(
            outcome.actions.tolist(),
            outcome.events.numbers[:, 0].tolist(),
            truth.rows["account"].tolist(),
            truth.rows["campaign"].tolist(),
            truth.attack_names.tolist(),
            strict=True,
        )
    return card, rows


def test_catches_misses_money_and_harm_are_counted(
    counted: Counted,
) -> None:
    card, rows = counted
    figures = card.figures(10.0, "EUR")
    frauds = [row for row in rows if row[4]]
    caught = [row for row in frauds if row[0] != Action.APPROVE]
    good = [row for row in rows if not row[4]]
    assert figures["transactions"] == len(rows) > 3_000
    assert figures["alerts"] == sum(row[0] != Action.APPROVE for row in rows)
    assert (figures["fraud"], figures["fraud_caught"]) == (len(frauds), len(caught))
    assert 0 < len(caught) < len(frauds), "a demo that catches all or nothing shows nothing"
    assert figures["recall"] == round(len(caught) / len(frauds), 4)
    assert figures["money"]["saved"] * 100 == pytest.approx(sum(row[1] for row in caught))
    missed = sum(row[1] for row in frauds) - sum(row[1] for row in caught)
    assert figures["money"]["missed"] * 100 == pytest.approx(missed)
    stopped = {row[2] for row in good if row[0] == Action.DECLINE}
    assert figures["good_customers_stopped"] == len(stopped)
    assert figures["good_transactions_reviewed"] == sum(row[0] == Action.REVIEW for row in good)
    assert figures["events_per_s"] == round(len(rows) / 10, 1)


def test_an_attack_is_first_caught_at_the_median_place_over_its_campaigns(
    counted: Counted,
) -> None:
    card, rows = counted
    campaigns: dict[tuple[str, int], list[bool]] = defaultdict(list)
    for action, _, _, campaign, attack in rows:
        if attack:
            campaigns[attack, campaign].append(action != Action.APPROVE)
    attacks = card.figures(1.0, "EUR")["attacks"]
    assert set(attacks) == {attack for attack, _ in campaigns}
    for name, figures in attacks.items():
        mine = [caught for (attack, _), caught in campaigns.items() if attack == name]
        places = sorted(caught.index(True) + 1 for caught in mine if any(caught))
        assert figures["transactions"] == sum(map(len, mine))
        assert figures["caught"] == sum(map(sum, mine))
        assert figures["campaigns_caught"] == len(places)
        middle = (places[(len(places) - 1) // 2] + places[len(places) // 2]) / 2 if places else None
        assert figures["first_caught_after"] == middle


def test_shares_of_nothing_are_null_and_latencies_zero() -> None:
    figures = Scorecard(100).figures(0.0, "EUR")
    assert figures["recall"] is figures["precision"] is figures["value_recall"] is None
    assert figures["latency_us"] == {"p50": 0.0, "p99": 0.0, "p999": 0.0}
    assert figures["events_per_s"] == 0.0


def test_percentiles_count_every_transaction_of_a_slow_batch() -> None:
    latencies = Latencies()
    latencies.add(0.000_050, 9_980)
    latencies.add(0.100, 20)
    figures = latencies.figures()
    assert figures["p50"] == pytest.approx(50, rel=0.01)
    assert figures["p99"] == pytest.approx(50, rel=0.01)
    assert figures["p999"] == pytest.approx(100_000, rel=0.01)
    latencies.add(1e6, 10**6)
    assert latencies.figures()["p50"] > 1e8, "beyond the last bucket is in the last bucket"
