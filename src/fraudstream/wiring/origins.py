"""Which topics a primary's batches came from: the same positions in others mean other messages."""

from __future__ import annotations

from contextlib import closing

from fraudstream.decisions import Outcome
from fraudstream.events import topic_names
from fraudstream.ports import Primary
from fraudstream.sinks.kafka import KafkaSink
from fraudstream.wiring.kafka import require_order
from fraudstream.wiring.stores import Store

__all__ = ["require_same_topics"]

_ORIGIN = "select source from event_log order by batch desc limit 1"


def require_same_topics(primary: Primary[Outcome], source: str) -> None:
    """Raise ``InputInvalid`` unless ``source`` has the topics that were read before, in order.

    New topics may follow them. What an earlier version wrote may not tell, and is believed.
    """
    origin = _origin_of(primary)
    if origin is not None:
        require_order(
            topic_names(origin),
            topic_names(source),
            f"What {primary.name} holds was decided",
            "let other input have a journal of its own: another database, or under [kafka.topics] "
            "another journal and control.",
        )


def _origin_of(primary: Primary[Outcome]) -> str | None:
    if isinstance(primary, KafkaSink):
        return primary.origin()
    if not isinstance(primary, Store):
        return None
    with closing(primary.reader()) as reader:
        rows = reader.rows(_ORIGIN, [])
    return str(rows[0]["source"]) if rows else None
