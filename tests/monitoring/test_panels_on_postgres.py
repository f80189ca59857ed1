"""Each SQL panel, on a database that the real pipeline has filled, says what Python counts."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from tests.monitoring.conftest import Filled

from fraudstream.monitoring import DASHBOARDS, Datasource, PanelQuery, panels
from fraudstream.monitoring.dashboards.choices import COUNTRY, METHOD

SQL = {
    f"{p.dashboard.title}: {p.title}": p for p in panels() if p.datasource is Datasource.POSTGRES
}
MATURITY = timedelta(days=7)


def _panel(name: str) -> PanelQuery:
    return SQL[name]


def _value(filled: Filled, name: str, **chosen: tuple[str, ...]) -> Any:
    (row,) = filled.rows(_panel(name), **chosen)
    (value,) = row.values()
    return value


@pytest.fixture(scope="module")
def decided(filled: Filled) -> list[dict[str, Any]]:
    return filled.ask(
        "select event_time, action, score, country, payment_method, amount_base,"
        " (expected_cost->>'approve')::float8 - (expected_cost->>action)::float8 as saved,"
        " transaction_id, coalesce(is_fraud, false) as is_fraud from transactions_labelled"
    )


@pytest.mark.parametrize("name", SQL)
def test_every_panel_shows_something(filled: Filled, name: str) -> None:
    rows = filled.rows(_panel(name))
    assert rows and any(value is not None for row in rows for value in row.values())


def _flagged(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row["action"] != "approve"]


def test_totals_are_what_was_decided(filled: Filled, decided: list[dict[str, Any]]) -> None:
    flagged = _flagged(decided)
    share = len(flagged) / len(decided)
    assert 0 < len(flagged) < len(decided)
    assert _value(filled, "Fraud Detection: Frauds flagged") == len(flagged)
    assert _value(filled, "Fraud Detection: Share flagged as fraud") == pytest.approx(share)
    assert _value(filled, "Fraud Detection: Approval rate") == pytest.approx(1 - share)
    at_risk = float(sum(row["amount_base"] for row in flagged))
    assert _value(filled, "Fraud Detection: Value at risk") == pytest.approx(at_risk)
    saved = sum(row["saved"] for row in flagged)
    assert _value(filled, "Fraud Detection: Value saved") == pytest.approx(saved)


def test_curves_add_up_to_the_totals(filled: Filled, decided: list[dict[str, Any]]) -> None:
    frauds = filled.rows(_panel("Fraud Detection: Frauds flagged per minute"))
    assert float(sum(row["frauds"] for row in frauds)) == len(_flagged(decided))
    curves = filled.rows(_panel("Fraud Detection: Decisions per minute"))
    by_action: Counter[str] = Counter()
    for row in curves:
        by_action[row["metric"]] += row["decisions"]
    assert by_action == Counter(row["action"] for row in decided)


def test_countries_and_methods_are_counted_apart(
    filled: Filled, decided: list[dict[str, Any]]
) -> None:
    flagged = Counter(row["country"] for row in _flagged(decided) if row["country"])
    shown = filled.rows(_panel("Fraud Detection: Where frauds were flagged"))
    assert {row["country"]: row["frauds"] for row in shown} == flagged
    assert all(len(country) == 2 and country.isupper() for country in flagged)
    bars = filled.rows(_panel("Fraud Detection: Frauds flagged by country"))
    assert [row["frauds"] for row in bars] == sorted(flagged.values(), reverse=True)[:15]
    methods = {row["payment_method"] or "unknown" for row in decided}
    shares = filled.rows(_panel("Fraud Detection: Share flagged by payment method"))
    assert {row["payment method"] for row in shares} == methods


def test_choices_narrow_what_is_shown(filled: Filled, decided: list[dict[str, Any]]) -> None:
    flagged = _flagged(decided)
    (country, count), *_ = Counter(row["country"] for row in flagged).most_common()
    total = "Fraud Detection: Frauds flagged"
    assert _value(filled, total, country=(country,)) == count < len(flagged)
    assert _value(filled, total, country=("nowhere",)) == 0
    declined = [row for row in flagged if row["action"] == "decline"]
    assert _value(filled, total, decision=("decline",)) == len(declined)
    assert _value(filled, total, decision=("approve",)) == 0


def test_a_choice_cannot_end_the_query(filled: Filled) -> None:
    tricky = ("x') or (1=1) or country in ('",)
    assert _value(filled, "Fraud Detection: Frauds flagged", country=tricky) == 0


@pytest.mark.parametrize("variable", [COUNTRY, METHOD], ids=lambda v: v.name)
def test_a_choice_is_one_of_what_there_is(
    filled: Filled, decided: list[dict[str, Any]], variable: Any
) -> None:
    column = {"country": "country", "method": "payment_method"}[variable.name]
    offered = [next(iter(row.values())) for row in filled.ask(variable.query)]
    assert offered == sorted({row[column] or "unknown" for row in decided})


def test_lists_show_the_newest_flagged_transactions(
    filled: Filled, decided: list[dict[str, Any]]
) -> None:
    newest = sorted(_flagged(decided), key=lambda row: row["event_time"], reverse=True)[:50]
    times = [row["event_time"] for row in newest]
    for name in ("Recent frauds", "Alerts and their reasons"):
        shown = filled.rows(_panel(f"Fraud Detection: {name}"))
        assert [row["time"] for row in shown] == times
    assert {row["status"] for row in shown} == {"open"}
    assert all(row["reason"] for row in shown)


def test_scores_lie_in_their_bins(filled: Filled, decided: list[dict[str, Any]]) -> None:
    shown = filled.rows(_panel("Model: Scores"))
    bounds = [0.0, 0.001, 0.01, 0.1, 0.5, 1.1]
    counts = [sum(low <= row["score"] < high for row in decided) for low, high in pairwise(bounds)]
    assert [row["transactions"] for row in shown] == counts
    assert min(counts) > 0


def test_only_mature_transactions_are_compared_with_labels(
    filled: Filled, decided: list[dict[str, Any]]
) -> None:
    mature = [row for row in decided if row["event_time"] < filled.now - MATURITY]
    frauds = [row for row in mature if row["is_fraud"]]
    caught = _flagged(frauds)
    assert 0 < len(caught) < len(frauds)
    # the aggregate is by minute: one that is not over yet belongs to either side
    flagged = len(_flagged(mature))
    assert _value(filled, "Model: Precision") == pytest.approx(len(caught) / flagged, rel=0.01)
    assert _value(filled, "Model: Recall") == pytest.approx(len(caught) / len(frauds))
    stopped, missed = (
        float(sum(row["amount_base"] for row in frauds if (row["action"] == "approve") is approved))
        for approved in (False, True)
    )
    assert _value(filled, "Model: Confirmed fraud stopped") == pytest.approx(stopped)
    assert _value(filled, "Model: Confirmed fraud missed") == pytest.approx(missed)
    calibration = filled.rows(_panel("Model: Calibration"))
    assert sum(row["frauds"] for row in calibration) == len(frauds)


def test_labels_taken_back_do_not_count(filled: Filled) -> None:
    recall = _panel("Model: Recall").expanded(filled.span(), maturity=("0m",))
    with filled.connection.transaction(force_rollback=True):
        filled.connection.execute(
            "insert into labels select transaction_id, event_time, false, source, reason_code,"
            " amount, known_at, arrived_at + interval '1 day', batch + 1, batch_row from labels"
        )
        assert filled.ask(recall) == [{"recall": None}]


def test_versions_are_listed_with_their_first_batch(filled: Filled) -> None:
    (row,) = filled.rows(_panel("Model: What decided when"))
    assert (row["model"], row["batch"]) == ("7", 0)


def test_a_transaction_is_found_by_its_id(filled: Filled, decided: list[dict[str, Any]]) -> None:
    chosen = _flagged(decided)[0]
    picked = {"transaction": (chosen["transaction_id"],)}
    facts = filled.rows(_panel("Transaction: Decision"), **picked)
    shown = {row["fact"]: row["value"] for row in facts}
    assert shown["transaction"] == chosen["transaction_id"]
    assert (shown["action"], shown["model"]) == (chosen["action"], "7")
    costs = filled.rows(_panel("Transaction: Expected cost of each action"), **picked)
    assert costs[0]["action"] == chosen["action"]


def test_rejects_are_listed_with_their_reason(filled: Filled) -> None:
    shown = filled.rows(_panel("Operations: Latest rejects"))
    assert {"json_malformed", "field_missing"} <= {row["reason"] for row in shown}


def test_charts_over_time_read_no_transactions(filled: Filled) -> None:
    """As PostgreSQL plans them: only tables of minutes, whatever a view hides."""
    reading = [
        name
        for name, panel in SQL.items()
        if "__timeGroup" in panel.query and "labels" not in panel.query
        for row in filled.ask("explain " + panel.expanded(filled.span()))
        if " on transactions " in row["QUERY PLAN"]
    ]
    assert reading == []


def test_every_dashboard_is_asked() -> None:
    assert {panel.dashboard.title for panel in SQL.values()} == {d.title for d in DASHBOARDS}
