"""Everything that Grafana is provisioned with, made by its foundation SDK (an optional extra)."""

from __future__ import annotations

import json
from typing import Any

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from fraudstream.monitoring.dashboards import DASHBOARDS
from fraudstream.monitoring.grafana.alerting import alert_rules
from fraudstream.monitoring.grafana.drawing import draw

__all__ = ["provisioning_files"]

_PROVIDER = """\
# Grafana reads the dashboards in this folder's sibling; written by fraudstream grafana export.
apiVersion: 1
providers:
  - name: fraudstream
    folder: fraudstream
    type: file
    allowUiUpdates: false
    updateIntervalSeconds: 30
    options:
      path: /etc/grafana/dashboards
"""

_SOURCES = """\
# Where dashboards and alerts ask; written by fraudstream grafana export. The database user may only
# read: whoever can see a dashboard can send any query.
apiVersion: 1
prune: true
datasources:
  - name: fraudstream
    uid: fraudstream-postgres
    type: grafana-postgresql-datasource
    access: proxy
    isDefault: true
    url: ${FRAUDSTREAM_GRAFANA_DB_HOST}
    user: ${FRAUDSTREAM_GRAFANA_DB_USER}
    secureJsonData:
      password: ${FRAUDSTREAM_GRAFANA_DB_PASSWORD}
    jsonData:
      database: ${FRAUDSTREAM_GRAFANA_DB_NAME}
      sslmode: ${FRAUDSTREAM_GRAFANA_DB_SSLMODE}
      # plain PostgreSQL has a function of the same name, from fraudstream db migrate
      timescaledb: true
      postgresVersion: 1500
      maxOpenConns: 10
  - name: prometheus
    uid: fraudstream-prometheus
    type: prometheus
    access: proxy
    url: ${FRAUDSTREAM_GRAFANA_PROMETHEUS_URL}
    jsonData:
      httpMethod: POST
      timeInterval: 5s
"""


def provisioning_files(currency: str = "EUR") -> dict[str, str]:
    """Path to text of every file, under one folder; amounts are in ``currency`` (ISO 4217)."""
    drawn = {f"dashboards/{d.uid}.json": _json(draw(d, currency)) for d in DASHBOARDS}
    return {
        **drawn,
        "provisioning/dashboards/fraudstream.yaml": _PROVIDER,
        "provisioning/datasources/fraudstream.yaml": _SOURCES,
        "provisioning/alerting/fraudstream.json": _json(alert_rules()),
    }


def _json(thing: Any) -> str:
    return json.dumps(thing, cls=JSONEncoder, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
