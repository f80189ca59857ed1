"""What kind of place a URL names."""

from __future__ import annotations

__all__ = ["KAFKA", "is_kafka", "is_postgresql", "is_store"]

KAFKA = "kafka://"
_POSTGRESQL = ("postgresql://", "postgres://")


def is_kafka(place: str) -> bool:
    """Whether a place is a URL of Kafka."""
    return place.startswith(KAFKA)


def is_postgresql(place: str) -> bool:
    """Whether a place is a PostgreSQL database's URL."""
    return place.startswith(_POSTGRESQL)


def is_store(place: str) -> bool:
    """Whether a place is one of the databases."""
    return is_postgresql(place) or place.startswith("duckdb:")
