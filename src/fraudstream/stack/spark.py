"""A standalone Spark cluster from the pip-installed PySpark: a master, and workers beside it."""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fraudstream.errors import NotInstalled
from fraudstream.stack.packages import JAVA, need
from fraudstream.stack.ports import LOCALHOST, is_free, kept_ports
from fraudstream.stack.server import Launch, Server

__all__ = ["Size", "SparkCluster", "Status"]

ANSWER = 2.0
"""Seconds within which a master that is up answers."""

PORTS = {"master": 7077, "master-ui": 8080}
"""Where Spark listens where nobody else does; a worker's page stands right after the master's."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many workers, and what each of them gives to jobs; ``memory`` as Java writes it."""

    workers: int = 2
    cores: int = 1
    memory: str = "1g"


@dataclass(frozen=True, slots=True)
class Status:
    """What a cluster says of itself: its address, its pages, and the workers that are alive.

    ``pages`` are the addresses of web pages by server, ``applications`` the names of those running.
    """

    url: str
    running: bool
    pages: dict[str, str] = field(default_factory=dict)
    workers: int = 0
    cores: int = 0
    cores_used: int = 0
    applications: tuple[str, ...] = ()


class SparkCluster:
    """The cluster of a folder. Made again from the same folder, it is the same cluster."""

    def __init__(self, folder: Path, size: Size | None = None) -> None:
        self.folder = folder
        self.size = size or self._kept_size()
        names = [*PORTS, *(f"{name}-ui" for name in self._names)]
        wanted = PORTS | {f"{n}-ui": PORTS["master-ui"] + k for k, n in enumerate(self._names, 1)}
        free = {name: port for name, port in wanted.items() if is_free(port)}
        self._ports = kept_ports(folder, names, free)
        self.master = Server("master", folder)
        self.workers = [Server(name, folder) for name in self._names]

    @property
    def url(self) -> str:
        """What ``--on`` is given."""
        return f"spark://{LOCALHOST}:{self._ports['master']}"

    def start(self, timeout: float = 60) -> None:
        """Start what does not run; returns when all workers have reported to the master."""
        need(JAVA)
        self._keep_size()
        self.master.start(self._launch("master.Master", "master"))
        self.master.wait_ready(lambda: self.status().running, timeout)
        for worker in self.workers:
            worker.start(self._worker(worker.name))
        for worker in self.workers:
            worker.wait_ready(lambda: self.status().workers >= self.size.workers, timeout)

    def stop(self) -> None:
        """Stop workers and master; jobs end without their executors."""
        for server in (*self.workers, self.master):
            server.ask_to_stop()
        for server in (*self.workers, self.master):
            server.stop(timeout=10)

    def status(self) -> Status:
        """What there is now."""
        page = self._page("master")
        try:
            with urllib.request.urlopen(f"{page}/json/", timeout=ANSWER) as answer:
                said: dict[str, Any] = json.load(answer)
        except (urllib.error.URLError, OSError, ValueError):
            return Status(self.url, running=False)
        alive = [worker for worker in said["workers"] if worker["state"] == "ALIVE"]
        return Status(
            url=self.url,
            running=True,
            pages={"master": page, **{name: self._page(name) for name in self._names}},
            workers=len(alive),
            cores=sum(worker["cores"] for worker in alive),
            cores_used=sum(worker["coresused"] for worker in alive),
            applications=tuple(app["name"] for app in said["activeapps"]),
        )

    @property
    def _names(self) -> list[str]:
        return [f"worker-{number}" for number in range(1, self.size.workers + 1)]

    def _page(self, name: str) -> str:
        return f"http://{LOCALHOST}:{self._ports[f'{name}-ui']}"

    def _worker(self, name: str) -> Launch:
        given = ["--cores", str(self.size.cores), "--memory", self.size.memory]
        place = ["--work-dir", str(self.folder / name)]
        return self._launch("worker.Worker", name, *given, *place, self.url)

    def _launch(self, main: str, name: str, *more: str) -> Launch:
        listening = ["--host", LOCALHOST, "--webui-port", str(self._ports[f"{name}-ui"])]
        if name == "master":
            listening += ["--port", str(self._ports["master"])]
        command = [f"{self._home}/bin/spark-class", f"org.apache.spark.deploy.{main}"]
        return Launch(
            [*command, *listening, *more],
            {
                "SPARK_HOME": str(self._home),
                "SPARK_LOCAL_IP": LOCALHOST,
                "SPARK_LOCAL_DIRS": str(self.folder / f"{name}-tmp"),
                "SPARK_DAEMON_MEMORY": "256m",
                "SPARK_DAEMON_JAVA_OPTS": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
                "PYSPARK_PYTHON": sys.executable,
            },
        )

    @cached_property
    def _home(self) -> Path:
        found = find_spec("pyspark")
        if found is None or not found.submodule_search_locations:
            raise NotInstalled.of_extra("spark", "Spark is not installed.")
        return Path(os.path.realpath(found.submodule_search_locations[0]))

    def _kept_size(self) -> Size:
        path = self.folder / "size.json"
        return Size(**json.loads(path.read_text())) if path.exists() else Size()

    def _keep_size(self) -> None:
        size = {"workers": self.size.workers, "cores": self.size.cores, "memory": self.size.memory}
        (self.folder / "size.json").write_text(json.dumps(size), encoding="utf-8")
