"""Engines as a user starts them, by ``fraudstream run``, and what they say of themselves."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

from prometheus_client.parser import text_string_to_metric_families
from tests.recovery.service.engines import wait_for
from tests.recovery.service.place import SECRET, Place

from fraudstream.serve import ready
from fraudstream.serve.address import listening
from fraudstream.stack import Server
from fraudstream.stack.server import Launch

__all__ = ["Program"]

ROOT = Path(__file__).parents[3]
PATIENCE = 240.0
"""Seconds; what was never run before on this machine is compiled first."""
OPENER = build_opener(ProxyHandler({}))


class Program:
    """A process with a home of its own, which may be paused and killed."""

    def __init__(self, place: Place, home: str) -> None:
        self.place, self.settings = place, place.settings(home)
        self.server = Server(f"engine-{home}", place.folder)

    def start(self) -> None:
        """Start it, and return when it says that it leads or follows."""
        self.server.start(Launch(self._command(), self._environment(), ROOT))
        self.wait(lambda: self.says()["role"] in ("leading", "following"))

    def stop(self) -> None:
        """Ask it to end, and see that it does."""
        self.server.ask_to_stop()
        self.wait(lambda: not self.server.running())

    def says(self) -> dict[str, Any]:
        """What ``/readyz`` answers."""
        return ready(self.settings.home) or {"ready": False, "role": "none", "waiting_for": {}}

    def measures(self, name: str) -> float:
        """The sum of a metric of ``/metrics``."""
        address = listening(self.settings.home)
        with OPENER.open(f"http://{address}/metrics", timeout=10) as answer:
            families = text_string_to_metric_families(answer.read().decode())
        return sum(one.value for family in families for one in family.samples if one.name == name)

    def log(self) -> str:
        """All that it has said."""
        return self.server.log.read_text()

    def wait(self, reached: Callable[[], bool]) -> float:
        """Seconds until something has come true."""
        begun = time.monotonic()
        try:
            wait_for(reached, PATIENCE, 0.05)
        except AssertionError:
            raise AssertionError(f"waited in vain; the log ends:\n{self.log()[-3000:]}") from None
        return time.monotonic() - begun

    def _command(self) -> list[str]:
        run = self.settings.run
        places = [f"--source={source}" for source in run.source]
        places += [f"--sink={sink}" for sink in run.sink]
        words = ["--home", str(self.settings.home), "--model", "champion", "--http", "127.0.0.1:0"]
        return [sys.executable, "-m", "fraudstream", "run", *words, *places]

    def _environment(self) -> dict[str, str]:
        topics = self.settings.kafka.topics.model_dump()
        return {
            "FRAUDSTREAM_SECRET": SECRET,
            "FRAUDSTREAM_MODELS": str(self.settings.models),
            "FRAUDSTREAM_ENGINE__MAX_BATCH": str(self.settings.engine.max_batch),
            "FRAUDSTREAM_KAFKA__TAKEOVER": self.place.takeover,
            "FRAUDSTREAM_KAFKA__GUARANTEE": self.settings.kafka.guarantee,
            **{f"FRAUDSTREAM_KAFKA__TOPICS__{name.upper()}": topics[name] for name in topics},
        }
