"""Dashboards as Grafana's own types."""

from __future__ import annotations

from string import ascii_uppercase
from typing import Any

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models import dashboard as models

from fraudstream.monitoring.alerts import PROMOTIONS
from fraudstream.monitoring.described import MONEY, Dashboard, Datasource, Panel, Shape
from fraudstream.monitoring.grafana.querying import reference, target
from fraudstream.monitoring.grafana.shapes import shaped
from fraudstream.monitoring.grafana.variables import variable

__all__ = ["TAG", "draw"]

TAG = "fraudstream"
_FINEST = {Datasource.POSTGRES: "1m", Datasource.PROMETHEUS: "5s"}
"""The aggregates are per minute, Prometheus looks every 5 seconds: nothing finer can be shown."""


def draw(wanted: Dashboard, currency: str) -> models.Dashboard:
    """A dashboard whose amounts are in ``currency`` (ISO 4217)."""
    built = (
        dashboard.Dashboard(wanted.title)
        .uid(wanted.uid)
        .description(wanted.description)
        .tags([TAG])
        .time(wanted.since, "now")
        .refresh(wanted.refresh)
        .tooltip(models.DashboardCursorSync.CROSSHAIR)
        .link(_siblings())
    )
    for choice in wanted.variables:
        built.with_variable(variable(choice))
    if wanted.promotions:
        built.annotation(_promotions())
    numbers = iter(range(1, 1000))
    for row in wanted.rows:
        built.with_row(dashboard.Row(row.title).id(next(numbers)))
        for panel in row.panels:
            built.with_panel(_panel(panel, currency).id(next(numbers)))
    return built.build()


def _panel(panel: Panel, currency: str) -> Any:
    width, height = panel.size
    drawn = (
        shaped(panel)
        .title(panel.title)
        .description(panel.description)
        .datasource(reference(panel.datasource))
        .span(width)
        .height(height)
        .unit(_unit(panel.unit or _plain(panel), currency))
        .interval(_FINEST[panel.datasource])
        .no_value(panel.empty)
    )
    for letter, query in zip(ascii_uppercase, panel.queries, strict=False):
        drawn.with_target(target(panel, query, letter))
    for column, unit in panel.units:
        shown = [models.DynamicConfigValue("unit", _unit(unit, currency))]
        drawn.override_by_name(column, shown)
    if panel.steps:
        drawn.thresholds(_steps(panel))
    return drawn if panel.most is None else drawn.max(panel.most)


def _plain(panel: Panel) -> str:
    """In a table a number may be an identity, in a chart it is a quantity: 12.3 K will do."""
    return "none" if panel.shape is Shape.TABLE else "short"


def _unit(unit: str, currency: str) -> str:
    return f"suffix: {currency}" if unit == MONEY else unit


def _steps(panel: Panel) -> dashboard.ThresholdsConfig:
    (_, first), *others = panel.steps
    steps = [models.Threshold(None, first), *(models.Threshold(v, c) for v, c in others)]
    return dashboard.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(steps)


def _siblings() -> dashboard.DashboardLink:
    """Links to the other dashboards, at the top of each."""
    return (
        dashboard.DashboardLink("Dashboards")
        .type(models.DashboardLinkType.DASHBOARDS)
        .tags([TAG])
        .keep_time(False)
    )


def _promotions() -> dashboard.AnnotationQuery:
    """A mark on every time axis where another model begins to decide."""
    return (
        dashboard.AnnotationQuery()
        .name("Model changes")
        .datasource(reference(Datasource.PROMETHEUS))
        .enable(True)
        .icon_color("blue")
        .expr(PROMOTIONS)
    )
