"""What Grafana is provisioned with is up to date, and is what its own types can read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models import alerting
from grafana_foundation_sdk.models import dashboard as models
from tests.structure.sources import ROOT
from typer.testing import CliRunner

from fraudstream.cli.app import app
from fraudstream.monitoring import DASHBOARDS
from fraudstream.monitoring.alerts import ALERTS
from fraudstream.monitoring.grafana import provisioning_files

FILES = provisioning_files()
BOARDS = {name: json.loads(text) for name, text in FILES.items() if name.startswith("dashboards/")}
RULES = json.loads(FILES["provisioning/alerting/fraudstream.json"])

boards = pytest.mark.parametrize("board", BOARDS.values(), ids=list(BOARDS))


@pytest.mark.parametrize("name", FILES)
def test_the_shipped_files_are_what_export_writes(name: str) -> None:
    shipped = (ROOT / "deploy" / "grafana" / name).read_text(encoding="utf-8")
    assert shipped == FILES[name], "run: fraudstream grafana export"


def test_there_is_no_shipped_file_that_export_does_not_write() -> None:
    folder = ROOT / "deploy" / "grafana"
    shipped = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert shipped == set(FILES)


@boards
def test_a_dashboard_survives_a_round_trip_through_grafana_s_types(board: dict[str, Any]) -> None:
    register_default_plugins()
    read = models.Dashboard.from_json(board)
    assert json.loads(json.dumps(read, cls=JSONEncoder)) == board


@boards
def test_panels_have_numbers_of_their_own_and_do_not_overlap(board: dict[str, Any]) -> None:
    ids = [panel["id"] for panel in board["panels"]]
    assert len(set(ids)) == len(ids)
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        place = panel["gridPos"]
        cells = {
            (place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])
        }
        assert max(x for x, _ in cells) < 24
        assert not cells & taken, panel["title"]
        taken |= cells


@boards
def test_a_panel_s_data_sources_are_the_provisioned_ones(board: dict[str, Any]) -> None:
    provisioned = {
        source["uid"]: source["type"]
        for source in yaml.safe_load(FILES["provisioning/datasources/fraudstream.yaml"])[
            "datasources"
        ]
    }
    used = [
        target["datasource"] for panel in board["panels"] for target in panel.get("targets", [])
    ]
    used += [v["datasource"] for v in board["templating"].get("list", []) if "datasource" in v]
    assert [source for source in used if provisioned[source["uid"]] != source["type"]] == []


def test_the_first_dashboard_looks_at_ten_minutes_every_five_seconds() -> None:
    board = BOARDS["dashboards/fraudstream-fraud.json"]
    assert (board["title"], board["refresh"]) == ("Fraud Detection", "5s")
    assert board["time"] == {"from": "now-10m", "to": "now"}


def test_tables_lead_to_a_dashboard_that_exists() -> None:
    known = {dashboard.uid for dashboard in DASHBOARDS}
    urls = [url for d in DASHBOARDS for panel in d.panels for _, url in panel.links]
    assert urls and {url.split("/d/")[1].split("?")[0] for url in urls} <= known


def test_alert_rules_survive_a_round_trip_through_grafana_s_types() -> None:
    register_default_plugins()
    of_the_file = {"folderUID": "", "orgID": 0, "ruleGroup": ""}
    for rule in RULES["groups"][0]["rules"]:
        read = alerting.Rule.from_json(rule)
        assert json.loads(json.dumps(read, cls=JSONEncoder)) == rule | of_the_file


def test_every_alert_is_provisioned_with_what_to_do() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    rules = {rule["uid"]: rule for rule in RULES["groups"][0]["rules"]}
    assert set(rules) == {f"fraudstream-{alert.uid}" for alert in ALERTS}
    assert [alert.uid for alert in ALERTS if f'<a id="{alert.uid}"></a>' not in page] == []


def test_a_password_is_never_in_a_file() -> None:
    sources = yaml.safe_load(FILES["provisioning/datasources/fraudstream.yaml"])["datasources"]
    passwords = [s["secureJsonData"]["password"] for s in sources if "secureJsonData" in s]
    assert passwords == ["${FRAUDSTREAM_GRAFANA_DB_PASSWORD}"]


def test_export_writes_what_is_missing_and_check_says_what_is_old(tmp_path: Path) -> None:
    runner = CliRunner()
    command = ["grafana", "export", "--out", str(tmp_path), "--currency", "chf"]
    assert runner.invoke(app, command).exit_code == 0
    assert "suffix: CHF" in (tmp_path / "dashboards/fraudstream-fraud.json").read_text()
    assert runner.invoke(app, [*command, "--check"]).exit_code == 0
    (tmp_path / "provisioning/alerting/fraudstream.json").write_text("{}")
    said = runner.invoke(app, [*command, "--check"])
    assert "provisioning/alerting/fraudstream.json" in str(said.exception)
