"""What a reader chooses, as Grafana's own types."""

from __future__ import annotations

from typing import Any

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models import dashboard as models

from fraudstream.monitoring.described import Datasource, Variable
from fraudstream.monitoring.grafana.querying import reference

__all__ = ["variable"]

_ALL = models.VariableOption(True, ["All"], ["$__all"])


def variable(wanted: Variable) -> Any:
    """A builder of the variable."""
    if wanted.query:
        built: Any = _asked(wanted)
    elif wanted.values:
        built = _fixed(wanted)
    else:
        built = dashboard.TextBoxVariable(wanted.name).default_value("")
    return built.label(wanted.label).description(wanted.description)


def _asked(wanted: Variable) -> dashboard.QueryVariable:
    return (
        dashboard.QueryVariable(wanted.name)
        .datasource(reference(Datasource.POSTGRES))
        .query(wanted.query)
        .refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(models.VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(wanted.everything)
        .current(_ALL)
    )


def _fixed(wanted: Variable) -> dashboard.CustomVariable:
    fixed = dashboard.CustomVariable(wanted.name).values(",".join(wanted.values))
    if wanted.everything:
        return fixed.multi(True).include_all(True).all_value(wanted.everything).current(_ALL)
    first = wanted.values[0]
    return fixed.current(models.VariableOption(True, first, first))
