"""The consumer behind a source: which partitions it reads from where, and what came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraudstream.errors import FraudstreamError, InputInvalid, NotReachable, Unavailable
from fraudstream.events import joined_name, number_of, place_of
from fraudstream.events.places import MOST_PARTITIONS
from fraudstream.kafka.client import Cluster, library
from fraudstream.kafka.failures import failure_of, is_final
from fraudstream.kafka.topics import partition_counts

__all__ = ["Feed", "Fetched"]

_SECONDS = 5.0
_ONE_LOOK = 1.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """Messages as the client gave them: numbered partitions, offsets, timestamps (UTC ms)."""

    messages: list[Any]
    numbers: NDArray[np.int32]
    offsets: NDArray[np.int64]
    stamps: NDArray[np.int64]


class Feed:
    """Fetches the assigned partitions.

    ``fetched`` is the offset after everything fetched of each, control records included;
    ``ended`` are the partitions that have no more for now.
    """

    def __init__(self, cluster: Cluster, topics: Sequence[str]) -> None:
        self._topics = topics
        self._name = joined_name(topics)
        self._bases = {topic: number_of(k, 0) for k, topic in enumerate(topics)}
        self._client = cluster.consumer({"error_cb": self._note})
        self._kinds = library().KafkaError
        self._failure: FraudstreamError | None = None
        self._silent = False
        self.fetched: dict[int, int] = {}
        self.ended: set[int] = set()

    def partitions(self, wait: float = _SECONDS) -> list[int]:
        """All partitions that the topics have now; raises ``NotReachable`` for a missing topic."""
        numbers = []
        for topic, count in self._counts(wait).items():
            if not count:
                raise NotReachable(
                    f"There is no topic {topic}.",
                    advice="Make it, or let it be made: create_topics under [kafka].",
                )
            if count > MOST_PARTITIONS:
                raise InputInvalid(f"{topic} has {count:,} partitions; {MOST_PARTITIONS:,} at most")
            numbers += [self._bases[topic] + partition for partition in range(count)]
        return numbers

    def _counts(self, wait: float) -> dict[str, int]:
        try:
            return partition_counts(self._client, self._topics, wait)
        except Unavailable as error:
            self._client.poll(0)  # what the client has to say of the cause
            raise self._failure or error from error

    def beginnings(self, numbers: Iterable[int]) -> dict[int, int]:
        """The first offset that each partition still has."""
        return {number: self._bounds(number)[0] for number in numbers}

    def assign(self, position: Mapping[int, int]) -> None:
        """Read these partitions from these offsets on, and no others."""
        self.fetched = dict(position)
        self.ended = set()
        self._failure = None
        places = [self._place(number, offset) for number, offset in position.items()]
        self._client.assign(places)
        self._client.resume(places)

    def fetch(self, most: int, wait: float) -> Fetched:
        """What has come, at most so many messages; waits for the first one.

        Raises nothing: messages that came along must not be lost with an error (:meth:`check`).
        """
        got = self._client.consume(1, wait)
        if got:
            got += self._client.consume(most, 0)
        messages = [message for message in got if message.error() is None]
        numbers = self._numbers(messages)
        offsets = [message.offset() for message in messages]
        stamps = [message.timestamp()[1] for message in messages]
        latest = dict(zip(numbers, offsets, strict=True))
        self.fetched.update((number, offset + 1) for number, offset in latest.items())
        self.ended.difference_update(latest)
        if len(messages) < len(got):
            for message in got:
                if message.error() is not None:
                    self._meet(message)
        return Fetched(
            messages,
            np.array(numbers, np.int32),
            np.array(offsets, np.int64),
            np.array(stamps, np.int64),
        )

    def check(self) -> None:
        """Raise what went wrong since the last look, or ``Unavailable`` if nobody answers."""
        if self._failure is not None:
            failure = self._failure
            self.assign(self.fetched)  # the client has given up on the partition
            raise failure
        if self._silent:
            self._counts(_ONE_LOOK)
            self._silent = False

    def end(self, number: int) -> int | None:
        """The offset after the partition's last record as far as known; None before an answer."""
        high = self._client.get_watermark_offsets(self._place(number), cached=True)[1]
        return None if high < 0 else int(high)

    def has_more(self, number: int) -> bool:
        """Whether the partition has, or may have, more than was fetched."""
        end = self.end(number)
        return end is None or end > self.fetched[number]

    def reaches(self, position: Mapping[int, int]) -> bool:
        """Whether everything before ``position`` was fetched."""
        return all(self.fetched.get(number, 0) >= offset for number, offset in position.items())

    def pause(self, numbers: Iterable[int]) -> None:
        """Fetch no more of these for now; what is under way is fetched again later."""
        self._client.pause([self._place(number) for number in numbers])

    def resume(self, numbers: Iterable[int]) -> None:
        """Go on with these."""
        self._client.resume([self._place(number) for number in numbers])

    def close(self) -> None:
        """Leave; may be called twice."""
        self._client.close()

    def _numbers(self, messages: list[Any]) -> list[int]:
        if len(self._topics) == 1:
            return [message.partition() for message in messages]
        bases = self._bases
        return [bases[message.topic()] + message.partition() for message in messages]

    def _place(self, number: int, offset: int = -1001) -> Any:
        return library().TopicPartition(*place_of(self._name, number), offset)

    def _bounds(self, number: int) -> tuple[int, int]:
        try:
            low, high = self._client.get_watermark_offsets(self._place(number), timeout=_SECONDS)
        except library().KafkaException as error:
            raise failure_of(error, "Asking for offsets") from error
        return low, high

    def _note(self, error: Any) -> None:
        """What concerns the connection, not a partition."""
        if is_final(error):
            self._failure = failure_of(error, "Connecting")
        elif error.code() in (self._kinds._ALL_BROKERS_DOWN, self._kinds._RESOLVE):
            self._silent = True

    def _meet(self, message: Any) -> None:
        """What concerns a partition: its end, or an error."""
        code, number = message.error().code(), self._bases[message.topic()] + message.partition()
        if code == self._kinds._PARTITION_EOF:
            if message.offset() >= self.fetched[number]:
                self.fetched[number] = message.offset()
                self.ended.add(number)
        elif code in (self._kinds._AUTO_OFFSET_RESET, self._kinds.OFFSET_OUT_OF_RANGE):
            self._failure = self._gone(number)
        else:
            place = f"{message.topic()}, partition {message.partition()}"
            self._failure = failure_of(message.error(), f"Reading {place}")

    def _gone(self, number: int) -> FraudstreamError:
        """The error for an offset that the partition does not have."""
        topic, partition = place_of(self._name, number)
        wanted = self.fetched[number]
        try:
            low, high = self._bounds(number)
        except FraudstreamError as error:
            return error
        place = f"{topic}, partition {partition}"
        if wanted > high:
            return InputInvalid(
                f"{place} ends at offset {high:,}, and {wanted:,} were read from it before.",
                advice="The topic was made anew or lost messages: restore it, or begin anew with "
                "another --home and journal topic.",
            )
        return InputInvalid(
            f"Kafka has forgotten what {place} held from offset {wanted:,} to {low:,}: "
            f"{low - wanted:,} messages were deleted before they were read.",
            advice="Raise the topic's retention.ms. These messages cannot be decided any more: "
            "begin anew with another --home and journal topic.",
        )
