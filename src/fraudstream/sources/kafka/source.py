"""Topics as a source: what to give out when, and where that leaves the position."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from fraudstream.errors import InputInvalid, UsageInvalid
from fraudstream.events import Envelope, Lines, Records, joined_name, place_of, topic_names
from fraudstream.events.places import MOST_TOPICS, PARTITION_BITS
from fraudstream.kafka.client import Cluster
from fraudstream.ports import Position
from fraudstream.sources.kafka.feed import Feed, Fetched
from fraudstream.sources.kafka.pool import Pool

__all__ = ["KafkaSource"]

SKEW = 1_000
"""Ms by which a record may be newer than what a partition that is behind gave out last."""

PATIENCE = 5.0
"""Seconds for which a partition that is behind holds up the others; it may have no leader."""

LOOK = 30.0
"""Seconds between two looks for new partitions."""

WAITING, WAITING_BYTES = 65_536, 64 << 20
"""What may wait to be given out, over all partitions."""

_EVER = 1 << 62
_NO_ROWS = np.empty(0, np.intp)


class KafkaSource:
    """The committed messages of one cluster's ``topics``; a :class:`fraudstream.ports.Source`.

    Partitions are numbered as :mod:`fraudstream.events.places` says. A position names those that
    it has seen; one that it lacks is read from its first message on. Where the log is behind, the
    partition that is behind in time is read first. Messages longer than ``max_bytes`` are given out
    cut to one byte more. With ``ends`` the source is finite: it ends where the log ends when that
    is reached. Nothing is connected before it is needed.
    """

    def __init__(
        self, cluster: Cluster, topics: Sequence[str], max_bytes: int, ends: bool = False
    ) -> None:
        if not 0 < len(set(topics)) == len(topics) <= MOST_TOPICS:
            raise UsageInvalid(
                f"{len(topics)} topics are named to be read together, and some perhaps twice.",
                advice=f"Name each once, {MOST_TOPICS} at most.",
            )
        self.name = joined_name(topics)
        self._cluster, self._max_bytes, self._ends = cluster, max_bytes, ends
        self._feed: Feed | None = None
        self._pool = Pool()
        self._position: dict[int, int] | None = None
        self._given: dict[int, int] = {}
        self._paused: set[int] = set()
        self._looked: float | None = None
        self._held_up: float | None = None
        self._short: float | None = None

    def position(self) -> Position:
        """The position after the last message given out."""
        if self._position is None:
            feed = self._connected()
            self._go_to(feed.beginnings(feed.partitions()))
        assert self._position is not None
        return dict(self._position)

    def seek(self, position: Position) -> None:
        """Go to a position; raises ``InputInvalid`` if it is one of other topics."""
        if any(number >> PARTITION_BITS >= len(topic_names(self.name)) for number in position):
            raise InputInvalid(
                f"{self.name} has fewer topics than the state was made from.",
                advice="Name all topics as before, new ones last; or begin with another --home.",
            )
        self._go_to(dict(position))

    def poll(self, limit: int, until: Position | None = None, wait: float = 0.1) -> Records | None:
        """The next messages; raises ``Unavailable`` while no broker answers."""
        deadline = time.monotonic() + wait
        feed = self._ready(until)
        self._take_in(feed, 0.0, until)
        while (rows := self._choose(feed, limit, until)) is None:
            left = deadline - time.monotonic()
            if left <= 0:
                return self._nothing(feed, until)
            self._take_in(feed, left, until)
        return self._give(feed, self._pool.take(rows), until)

    def lag(self) -> tuple[int, float]:
        """How far behind: records that wait, seconds since the oldest of them was written."""
        if self._feed is None:
            return 0, 0.0
        records, oldest = len(self._pool), self._pool.oldest if len(self._pool) else _EVER
        for number, at in self._feed.fetched.items():
            more = 0 if number in self._feed.ended else (self._feed.end(number) or at) - at
            if more > 0:
                records += more
                oldest = min(oldest, self._given.get(number, _EVER))
        return records, max(0.0, time.time() - oldest / 1000)

    def close(self) -> None:
        """Leave the cluster; may be called twice."""
        if self._feed is not None:
            self._feed.close()
            self._feed = None

    def _connected(self) -> Feed:
        if self._feed is None:
            self._feed = Feed(self._cluster, topic_names(self.name))
        return self._feed

    def _go_to(self, position: dict[int, int]) -> None:
        self._connected().assign(position)
        self._position = position
        self._pool, self._paused, self._given = Pool(), set(), {}
        self._looked = None

    def _ready(self, until: Position | None) -> Feed:
        """Connected, in order, and with all partitions assigned that there are to read."""
        known = self.position()
        feed = self._connected()
        feed.check()
        new = self._partitions(feed, until) - known.keys()
        if new and self._position is not None:
            self._position.update(dict.fromkeys(new, 0))
            feed.assign({**dict.fromkeys(new, 0), **feed.fetched})
            self._paused = set()
        return feed

    def _partitions(self, feed: Feed, until: Position | None) -> set[int]:
        """Those of ``until``, or all that the topics have, as far as it is time to look."""
        if until is not None:
            return set(until)
        now = time.monotonic()
        if self._looked is not None and now - self._looked < LOOK:
            return set()
        found = set(feed.partitions())
        self._looked = now
        return found

    def _take_in(self, feed: Feed, wait: float, until: Position | None) -> None:
        """Fetch what there is, as long as there is room."""
        room = max(WAITING // 8, WAITING - len(self._pool))
        self._pool.add(feed.fetch(room, wait))
        full = self._full(feed, until or {})
        if full != self._paused:
            feed.pause(full - self._paused)
            feed.resume(self._paused - full)
            self._paused = full

    def _full(self, feed: Feed, until: Position) -> set[int]:
        """The partitions of which too much waits, those left out that a range still needs."""
        if len(self._pool) < WAITING and self._pool.bytes < WAITING_BYTES:
            return set()
        share = len(self._pool) // len(feed.fetched)
        return {
            number
            for number, count in self._pool.counts.items()
            if count >= share and feed.fetched[number] >= until.get(number, 0)
        }

    def _choose(self, feed: Feed, limit: int, until: Position | None) -> NDArray[np.intp] | None:
        """The rows to give out, None for not yet; up to a position they are given together."""
        if until is None:
            rows = self._pool.choose(limit, None, self._horizon(feed))
            return rows if len(rows) else None
        rows = self._pool.choose(limit, until, _EVER)
        return rows if len(rows) == limit or feed.reaches(until) else None

    def _horizon(self, feed: Feed) -> int:
        """Up to which time records may be given out without leaving a partition behind."""
        behind = self._behind(feed) if len(feed.fetched) > 1 and len(self._pool) else []
        if not behind:
            self._held_up = None
            return _EVER
        now = time.monotonic()
        self._held_up = self._held_up or now
        return _EVER if now - self._held_up > PATIENCE else min(behind) + SKEW

    def _behind(self, feed: Feed) -> list[int]:
        """Times up to which partitions have come that have more, of which nothing waits here."""
        found = []
        for number in feed.fetched.keys() - self._pool.counts.keys() - feed.ended:
            last = self._given.get(number, -_EVER)
            if last + SKEW < self._pool.newest and feed.has_more(number):
                found.append(last)
        return found

    def _nothing(self, feed: Feed, until: Position | None) -> Records | None:
        """What is given out where nothing is there; None at the end of a finite log."""
        if until is not None:
            self._require(feed, until)
        elif self._ends and not len(self._pool) and feed.fetched.keys() == feed.ended:
            return None
        return self._give(feed, self._pool.take(_NO_ROWS), None)

    def _require(self, feed: Feed, until: Position) -> None:
        """Raise ``InputInvalid`` if the log ends before ``until``, and not only for a moment."""
        short = [n for n in until.keys() & feed.ended if feed.fetched[n] < until[n]]
        self._short = (self._short or time.monotonic()) if short else None
        if self._short and time.monotonic() - self._short > PATIENCE:
            topic, partition = place_of(self.name, short[0])
            raise InputInvalid(
                f"{topic}, partition {partition} ends at offset {feed.fetched[short[0]]:,}, and "
                f"{until[short[0]]:,} were read from it before.",
                advice="The topic lost messages: restore them, or begin anew with another --home "
                "and journal topic.",
            )

    def _give(self, feed: Feed, taken: Fetched, until: Position | None) -> Records:
        assert self._position is not None
        numbers = taken.numbers.tolist()
        self._position.update(zip(numbers, (taken.offsets + 1).tolist(), strict=True))
        self._given.update(zip(numbers, taken.stamps.tolist(), strict=True))
        if (
            until is not None
            and feed.reaches(until)
            and not len(self._pool.choose(1, until, _EVER))
        ):
            # beyond the last message there may be control records, which nobody is given
            self._position.update((n, max(at, self._position[n])) for n, at in until.items())
        return Records(
            self.name,
            self._lines(taken.messages),
            taken.numbers,
            taken.offsets,
            taken.stamps,
            envelopes=_Envelopes(taken.messages),
        )

    def _lines(self, messages: list[Any]) -> Lines:
        """The messages' values; one without a value is empty."""
        values = [message.value() or b"" for message in messages]
        longest = self._max_bytes + 1
        if max(map(len, values), default=0) > longest:
            values = [value[:longest] for value in values]
        return Lines.of(values)


class _Envelopes(Sequence[Envelope]):
    """Keys and headers, looked at only where somebody asks."""

    def __init__(self, messages: list[Any]) -> None:
        self._messages = messages

    def __len__(self) -> int:
        return len(self._messages)

    @overload
    def __getitem__(self, row: int) -> Envelope: ...

    @overload
    def __getitem__(self, row: slice) -> Sequence[Envelope]: ...

    def __getitem__(self, row: int | slice) -> Envelope | Sequence[Envelope]:
        if isinstance(row, slice):
            return _Envelopes(self._messages[row])
        message = self._messages[row]
        return Envelope(message.key(), tuple(message.headers() or ()))
