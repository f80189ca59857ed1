"""Where a record came from: the one place that knows how topics and partitions are numbered.

A source over several topics has one name, theirs joined by a slash, which neither a topic nor a
file has in its own. Its partitions are numbered topic by topic, so those of the first topic, and
the only one of a file, keep their own numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "MOST_PARTITIONS",
    "MOST_TOPICS",
    "PARTITION_BITS",
    "joined_name",
    "name_bounds",
    "name_bytes",
    "number_of",
    "place_of",
    "slot_of",
    "topic_names",
]

PARTITION_BITS = 16
MOST_PARTITIONS = 1 << PARTITION_BITS
MOST_TOPICS = 8
_SEPARATOR = "/"

N = TypeVar("N", int, NDArray[np.int32])


def joined_name(topics: Iterable[str]) -> str:
    """The name of a source over these topics."""
    return _SEPARATOR.join(topics)


def topic_names(source: str) -> list[str]:
    """The topics of a source; of a file its own name."""
    return source.split(_SEPARATOR)


def number_of(topic: int, partition: int) -> int:
    """The number of a partition of the source's topic number ``topic``."""
    return topic << PARTITION_BITS | partition


def place_of(source: str, number: int) -> tuple[str, int]:
    """Topic (or file) and partition of a numbered partition.

    >>> place_of("raw_transactions/labels", number_of(1, 3))
    ('labels', 3)
    >>> place_of("tx.jsonl", 0)
    ('tx.jsonl', 0)
    """
    return topic_names(source)[number >> PARTITION_BITS], number & (MOST_PARTITIONS - 1)


def slot_of(number: N) -> N:
    """A place for each numbered partition in an array; close together for all topics.

    >>> [slot_of(number_of(topic, 1)) for topic in range(3)]
    [8, 9, 10]
    """
    return (number & (MOST_PARTITIONS - 1)) * MOST_TOPICS + (number >> PARTITION_BITS)


@lru_cache(maxsize=64)
def name_bytes(source: str) -> NDArray[np.uint8]:
    """The UTF-8 of a source's name, read-only."""
    return np.frombuffer(source.encode(), np.uint8)


@lru_cache(maxsize=64)
def name_bounds(source: str) -> NDArray[np.int64]:
    """Where in the UTF-8 of a source's name each topic's begins and ends, (topics, 2), read-only.

    >>> name_bounds("tx/labels").tolist()
    [[0, 2], [3, 9]]
    """
    ends = np.cumsum([len(name.encode()) + 1 for name in topic_names(source)], dtype=np.int64)
    bounds = np.stack([np.concatenate([[0], ends[:-1]]), ends - 1], axis=1)
    bounds.flags.writeable = False
    return bounds
