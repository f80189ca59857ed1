"""How each shape of panel looks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from grafana_foundation_sdk.builders import (
    barchart,
    common,
    gauge,
    geomap,
    stat,
    table,
    timeseries,
)
from grafana_foundation_sdk.models import common as kinds
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue

from fraudstream.monitoring.described import Panel, Shape

__all__ = ["shaped"]

ACTION_COLOURS = {"approve": "green", "review": "orange", "decline": "red"}


def shaped(panel: Panel) -> Any:
    """A builder of the panel's kind; what all kinds have in common is not set yet."""
    return _SHAPES[panel.shape](panel)


def _stat(panel: Panel) -> stat.Panel:
    named = any(query.legend for query in panel.queries)
    return (
        stat.Panel()
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
        .color_mode(kinds.BigValueColorMode.VALUE)
        .graph_mode(kinds.BigValueGraphMode.NONE)
        .text_mode(kinds.BigValueTextMode.NAME if named else kinds.BigValueTextMode.AUTO)
    )


def _gauge(panel: Panel) -> gauge.Panel:
    return (
        gauge.Panel()
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
        .show_threshold_markers(True)
        .min(0)
    )


def _lines(panel: Panel) -> timeseries.Panel:
    return _coloured(
        timeseries.Panel()
        .line_width(2)
        .fill_opacity(10)
        .show_points(kinds.VisibilityMode.AUTO)
        .axis_soft_min(0)
        .legend(_legend())
        .tooltip(_tooltip())
    )


def _stacked(panel: Panel) -> timeseries.Panel:
    return _coloured(
        timeseries.Panel()
        .draw_style(kinds.GraphDrawStyle.BARS)
        .fill_opacity(80)
        .stacking(common.StackingConfig().mode(kinds.StackingMode.NORMAL))
        .axis_soft_min(0)
        .legend(_legend())
        .tooltip(_tooltip())
    )


def _bars(panel: Panel) -> barchart.Panel:
    return (
        barchart.Panel()
        .show_value(kinds.VisibilityMode.ALWAYS)
        .legend(common.VizLegendOptions().show_legend(False))
        .axis_soft_min(0)
    )


def _map(panel: Panel) -> geomap.Panel:
    style = {
        "color": {"fixed": "red"},
        "opacity": 0.5,
        "size": {"field": "frauds", "fixed": 5, "min": 5, "max": 30},
        "symbol": {"fixed": "img/icons/marker/circle.svg", "mode": "fixed"},
    }
    location = (
        common.FrameGeometrySource()
        .mode(kinds.FrameGeometrySourceMode.LOOKUP)
        .lookup("country")
        .gazetteer("public/gazetteer/countries.json")
    )
    frauds = (
        common.MapLayerOptions()
        .type("markers")
        .name("frauds")
        .config({"showLegend": False, "style": style})
        .location(location)
        .tooltip(True)
    )
    return (
        geomap.Panel()
        .view(geomap.MapViewConfig().id("zero").zoom(1))
        .basemap(common.MapLayerOptions().type("default").name("basemap"))
        .layers([frauds])
    )


def _table(panel: Panel) -> table.Panel:
    drawn = table.Panel().cell_height(kinds.TableCellHeight.SM).filterable(True)
    drawn.override_by_name("action", _action_cell())
    for column, url in panel.links:
        link = {"title": "Everything about ${__value.text}", "url": url}
        drawn.override_by_name(column, [DynamicConfigValue("links", [link])])
    return drawn


def _action_cell() -> list[DynamicConfigValue]:
    colours = {action: {"color": colour} for action, colour in ACTION_COLOURS.items()}
    return [
        DynamicConfigValue("mappings", [{"type": "value", "options": colours}]),
        DynamicConfigValue("custom.cellOptions", {"type": "color-text"}),
    ]


def _coloured(drawn: timeseries.Panel) -> timeseries.Panel:
    """Actions have the same colours wherever they are series."""
    for action, colour in ACTION_COLOURS.items():
        fixed = {"mode": "fixed", "fixedColor": colour}
        drawn.override_by_name(action, [DynamicConfigValue("color", fixed)])
    return drawn


def _legend() -> common.VizLegendOptions:
    return (
        common.VizLegendOptions()
        .display_mode(kinds.LegendDisplayMode.LIST)
        .placement(kinds.LegendPlacement.BOTTOM)
        .show_legend(True)
    )


def _tooltip() -> common.VizTooltipOptions:
    return (
        common.VizTooltipOptions()
        .mode(kinds.TooltipDisplayMode.MULTI)
        .sort(kinds.SortOrder.DESCENDING)
    )


_SHAPES: dict[Shape, Callable[[Panel], Any]] = {
    Shape.STAT: _stat,
    Shape.GAUGE: _gauge,
    Shape.LINES: _lines,
    Shape.STACKED: _stacked,
    Shape.BARS: _bars,
    Shape.MAP: _map,
    Shape.TABLE: _table,
}
