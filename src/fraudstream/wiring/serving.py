"""The one server of whoever decides: health, metrics, and questions about what was decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from fraudstream.config import Settings
from fraudstream.errors import NotReachable
from fraudstream.monitoring import Metrics
from fraudstream.serve import Server
from fraudstream.wiring.asking import answer
from fraudstream.wiring.champions import Chosen
from fraudstream.wiring.stores import Store
from fraudstream.wiring.watching import Health

__all__ = ["Answers", "Watched", "serving"]

log = structlog.get_logger()


class Watched(Protocol):
    """What is known of whoever decides."""

    @property
    def health(self) -> Health:
        """What readiness says."""
        ...

    @property
    def metrics(self) -> Metrics:
        """What is counted."""
        ...


@contextmanager
def serving(settings: Settings, answers: Answers) -> Iterator[None]:
    """The HTTP server, unless it is switched off."""
    if settings.run.http in ("", "off"):
        yield
        return
    with Server(answers, settings.run.http, settings.home) as server:
        log.info("listening", address=server.address)
        yield


@dataclass(frozen=True, slots=True)
class Answers:
    """The running engine as its server sees it."""

    store: Store | None
    watching: Watched
    programs: Chosen

    def answer(self, question: str, arguments: Mapping[str, str]) -> dict[str, Any]:
        """What the store says."""
        if self.store is None:
            raise NotReachable(
                "This engine has no store that could be asked: its decisions go to Kafka alone.",
                advice="Add one: --sink postgresql://..., or --sink duckdb:PATH.",
            )
        reader = self.store.reader()
        try:
            return answer(reader, question, arguments)
        finally:
            reader.close()

    def readiness(self) -> dict[str, Any]:
        """Whether decisions are made, and by what."""
        refused = self.programs.refused
        return {
            **self.watching.health.readiness(),
            "follows_champion": self.programs.follows_champion,
            "refused_model": refused.summary if refused else None,
        }

    def metrics(self) -> bytes:
        """In Prometheus' text format."""
        return self.watching.metrics.expose()
