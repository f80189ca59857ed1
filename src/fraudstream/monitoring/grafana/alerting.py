"""Alert rules as Grafana's own types."""

from __future__ import annotations

from typing import Any

from grafana_foundation_sdk.builders import alerting, expr, prometheus
from grafana_foundation_sdk.models.alerting import RelativeTimeRange
from grafana_foundation_sdk.models.dashboard import DataSourceRef

from fraudstream.monitoring.alerts import ALERTS, Alert
from fraudstream.monitoring.described import Datasource
from fraudstream.monitoring.grafana.querying import reference

__all__ = ["alert_rules"]

_EXPRESSION = "__expr__"
_RANGE = RelativeTimeRange(600, 0)


def alert_rules() -> dict[str, Any]:
    """What a file in Grafana's provisioning/alerting holds."""
    group = {
        "orgId": 1,
        "name": "fraudstream",
        "folder": "fraudstream",
        "interval": "30s",
        "rules": [_rule(alert) for alert in ALERTS],
    }
    return {"apiVersion": 1, "groups": [group]}


def _rule(alert: Alert) -> dict[str, Any]:
    """A rule; organisation, folder and group are the file's, not the rule's."""
    rule = (
        alerting.Rule(alert.title)
        .uid(f"fraudstream-{alert.uid}")
        .condition("B")
        .with_query(_asked(alert))
        .with_query(_compared(alert))
        .for_val(alert.lasting)
        .no_data_state("Alerting" if alert.without_data else "OK")
        .exec_err_state("Error")
        .labels({"severity": alert.severity})
        .annotations(
            {
                "summary": alert.meaning,
                "description": f"What to do: docs/operations.md#{alert.uid}",
            }
        )
        .build()
        .to_json()
    )
    return {k: v for k, v in rule.items() if k not in ("orgID", "folderUID", "ruleGroup")}


def _asked(alert: Alert) -> alerting.Query:
    source = reference(Datasource.PROMETHEUS)
    query = prometheus.Dataquery().expr(alert.query).instant().ref_id("A").datasource(source)
    return (
        alerting.Query("A")
        .datasource_uid(source.uid or "")
        .relative_time_range(_RANGE)
        .model(query)
    )


def _compared(alert: Alert) -> alerting.Query:
    evaluator = expr.ExprTypeThresholdConditionsEvaluator().type("gt").params([alert.above])
    threshold = (
        expr.TypeThreshold()
        .ref_id("B")
        .expression("A")
        .datasource(DataSourceRef(_EXPRESSION, _EXPRESSION))
        .conditions([expr.ExprTypeThresholdConditions().evaluator(evaluator)])
    )
    return (
        alerting.Query("B").datasource_uid(_EXPRESSION).relative_time_range(_RANGE).model(threshold)
    )
