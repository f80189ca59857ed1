"""Which of the places that decisions go to is the primary one, with the journal."""

from __future__ import annotations

from dataclasses import dataclass

from fraudstream.config import Home, Settings
from fraudstream.errors import UsageInvalid
from fraudstream.wiring.schemes import is_kafka, is_store

__all__ = ["Outlets", "outlets_of"]


@dataclass(frozen=True, slots=True)
class Outlets:
    """Places as they are written in settings; ``store`` is the one that answers questions."""

    primary: str
    others: tuple[str, ...]
    store: str | None


def outlets_of(settings: Settings) -> Outlets:
    """The primary is a database if there is one, else Kafka; the setting ``run.primary`` overrides.

    Where neither is named, the embedded store in the home folder keeps everything. Raises
    ``UsageInvalid`` where ``run.primary`` is none of the places.
    """
    store = _store(settings)
    places = tuple(dict.fromkeys((*((store,) if store else ()), *settings.run.sink)))
    primary = settings.run.primary or store or next(filter(is_kafka, places))
    if primary not in places:
        raise UsageInvalid(
            f"{primary} cannot be the primary sink: decisions do not go there",
            advice=f"Name one of {', '.join(places)}, or add it with --sink.",
        )
    return Outlets(primary, tuple(place for place in places if place != primary), store)


def _store(settings: Settings) -> str | None:
    """The database that is named, or the embedded one unless Kafka keeps the journal instead."""
    named = (settings.store.url, *settings.run.sink)
    databases = list(filter(is_store, named))
    if databases:
        return databases[0]
    if any(map(is_kafka, settings.run.sink)):
        return None
    return f"duckdb:{Home(settings.home).store}"
