"""A real Prometheus that asks a real server."""

from __future__ import annotations

import json
import time
import urllib.parse
import urllib.request

from fraudstream.stack import Prometheus
from fraudstream.stack.ports import LOCALHOST


def test_it_asks_its_targets_and_answers_queries(prometheus: Prometheus) -> None:
    itself = f"{LOCALHOST}:{prometheus.port}"
    prometheus.start({"itself": itself}, every=0.2)
    while not (found := _query(prometheus, 'up{job="itself"} == 1')):
        assert prometheus.server.running()
        time.sleep(0.1)
    assert found[0]["metric"] == {"__name__": "up", "instance": itself, "job": "itself"}


def _query(prometheus: Prometheus, promql: str) -> list[dict[str, object]]:
    asked = urllib.parse.urlencode({"query": promql})
    with urllib.request.urlopen(f"{prometheus.url}/api/v1/query?{asked}", timeout=10) as answer:
        result: list[dict[str, object]] = json.load(answer)["data"]["result"]
    return result
