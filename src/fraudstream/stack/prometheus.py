"""Prometheus, which asks the engine for its figures every few seconds and keeps them."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from fraudstream.stack.packages import PROMETHEUS, need
from fraudstream.stack.ports import LOCALHOST, kept_ports
from fraudstream.stack.server import Launch, Server

__all__ = ["Prometheus"]


class Prometheus:
    """The Prometheus of a folder. Made again from the same folder, it is the same server."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.folder = folder
        wanted = {"prometheus": port} if port else None
        self.port = kept_ports(folder, ["prometheus"], wanted)["prometheus"]
        self.server = Server("prometheus", folder)

    @property
    def url(self) -> str:
        """Where its web page and its queries are answered."""
        return f"http://{LOCALHOST}:{self.port}"

    def start(
        self, targets: Mapping[str, str], every: float = 5, rules: Path | None = None
    ) -> None:
        """Start it and return when it answers.

        ``targets`` are addresses (``host:port``) by job name, asked ``every`` so many seconds;
        ``rules`` is a file of alerting rules.
        """
        need(PROMETHEUS)
        config = self.folder / "prometheus.yml"
        # every JSON document is a YAML document
        config.write_text(json.dumps(_configuration(targets, every, rules)), encoding="utf-8")
        command = [
            "prometheus",
            f"--config.file={config.absolute()}",
            f"--storage.tsdb.path={(self.folder / 'prometheus-data').absolute()}",
            f"--web.listen-address={LOCALHOST}:{self.port}",
            "--log.level=warn",
        ]
        self.server.start(Launch(command))
        self.server.wait_ready(self.ready)

    def stop(self) -> None:
        """Stop it; returns when it is gone."""
        self.server.stop()

    def ready(self) -> bool:
        """Whether it answers queries."""
        try:
            with urllib.request.urlopen(f"{self.url}/-/ready", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False


def _configuration(
    targets: Mapping[str, str], every: float, rules: Path | None
) -> dict[str, object]:
    interval = f"{round(every * 1000)}ms"
    jobs = [
        {"job_name": job, "static_configs": [{"targets": [address]}]}
        for job, address in targets.items()
    ]
    return {
        "global": {"scrape_interval": interval, "evaluation_interval": interval},
        "rule_files": [str(rules.absolute())] if rules else [],
        "scrape_configs": jobs,
    }
