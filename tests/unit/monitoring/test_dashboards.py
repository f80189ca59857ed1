"""Dashboards say what they show, and ask only for what is there."""

from __future__ import annotations

import doctest
import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from fraudstream.monitoring import DASHBOARDS, Datasource, Metrics, PanelQuery, described, macros
from fraudstream.monitoring import panels as all_panels
from fraudstream.monitoring.alerts import ALERTS, PROMOTIONS
from fraudstream.monitoring.described import Dashboard

DEMANDED = {
    "Fraud Detection": [
        "Frauds flagged",
        "Frauds flagged per minute",
        "Share flagged as fraud",
        "Share flagged by payment method",
        "Where frauds were flagged",
        "Frauds flagged by country",
        "Recent frauds",
        "Decisions per minute",
        "Approval rate",
        "Value at risk",
        "Value saved",
        "Alerts and their reasons",
    ],
    "Model": ["Scores", "Calibration", "Precision", "Recall", "What decided when"],
    "Operations": [
        "Decisions per second",
        "Time from arrival to durable decision",
        "Messages waiting",
        "Rejects per second",
        "Late events per second",
        "Duplicates per second",
        "Memory",
        "Age of the newest checkpoint",
        "Sink retries per minute",
        "Time per batch",
    ],
}

dashboards = pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda d: d.title)


@pytest.mark.parametrize("title", DEMANDED)
def test_a_dashboard_has_the_panels_that_a_fraud_team_runs_on(title: str) -> None:
    (dashboard,) = [d for d in DASHBOARDS if d.title == title]
    assert set(DEMANDED[title]) - {panel.title for panel in dashboard.panels} == set()


@dashboards
def test_every_panel_has_a_title_of_its_own_words_and_an_empty_state(dashboard: Dashboard) -> None:
    titles = [panel.title for panel in dashboard.panels]
    assert len(set(titles)) == len(titles)
    wordless = [p.title for p in dashboard.panels if not p.description.endswith(".") or not p.empty]
    assert wordless == []


@dashboards
def test_every_row_is_filled_to_its_edge(dashboard: Dashboard) -> None:
    for row in dashboard.rows:
        widths = [panel.size[0] for panel in row.panels]
        assert max(widths) <= 24 and (sum(widths) % 24 == 0 or dashboard.title == "Operations")


@dashboards
def test_every_variable_that_is_used_is_there_and_every_one_there_is_used(
    dashboard: Dashboard,
) -> None:
    texts = [query.text for panel in dashboard.panels for query in panel.queries]
    used = {name for text in texts for name in re.findall(r"\$\{(\w+):sqlstring\}", text)}
    assert used == {variable.name for variable in dashboard.variables}


def _sql() -> list[PanelQuery]:
    return [panel for panel in all_panels() if panel.datasource is Datasource.POSTGRES]


def test_transactions_are_never_scanned_only_looked_up_by_an_index() -> None:
    by_index = ("action <> 'approve'", "transaction_id = ", "account_id = ", "transaction_id)")
    scanning = [
        panel.title
        for panel in _sql()
        if re.search(r"(from|join) transactions\b", panel.query)
        and not any(condition in panel.query for condition in by_index)
    ]
    assert scanning == []


def test_every_query_over_time_heeds_the_dashboard_s_range() -> None:
    anytime = {"What decided when"}
    ranged = [p for p in _sql() if p.dashboard.title != "Transaction" and p.title not in anytime]
    assert [p.title for p in ranged if "$__timeFilter(" not in p.query] == []


def _exposed() -> set[str]:
    metrics = Metrics(sinks=["postgres"])
    metrics.model("7")
    families = text_string_to_metric_families(metrics.expose().decode())
    return {sample.name for family in families for sample in family.samples} | {"up"}


def test_dashboards_and_alerts_ask_only_for_metrics_that_an_engine_exposes() -> None:
    asked = [p.query for p in all_panels() if p.datasource is Datasource.PROMETHEUS]
    asked += [PROMOTIONS, *(alert.query for alert in ALERTS)]
    names = {n for text in asked for n in re.findall(r"\b(?:fraudstream|process)_\w+|\bup\b", text)}
    assert names - _exposed() == set()


def test_every_metric_of_ours_is_shown_somewhere() -> None:
    asked = " ".join(p.query for p in all_panels())
    families = {re.sub(r"_(bucket|count|sum|created)$", "", name) for name in _exposed()}
    assert {n for n in families if n.startswith("fraudstream_") and n not in asked} == set()


@pytest.mark.parametrize("module", [described, macros], ids=["described", "macros"])
def test_examples_are_right(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type] # they are modules
