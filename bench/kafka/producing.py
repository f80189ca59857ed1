"""An open-loop producer: message i is sent when it is due, however far behind the engine is.

python -m bench.kafka.producing BOOTSTRAP TOPIC MESSAGES RATE SECONDS

``MESSAGES`` is a file of payments transactions as JSON lines. Each is given the id ``<t>-<i>`` with
t the time of message 0, UTC ns, and the time at which it is sent as its event time. Prints t.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from confluent_kafka import Producer

LEAD = 1.0
"""Seconds between the announcement and the first message."""


def main(bootstrap: str, topic: str, messages: str, rate: str, seconds: str) -> None:
    """Send them all."""
    bodies = [body(line) for line in Path(messages).read_bytes().splitlines()]
    producer = producer_of(bootstrap)
    producer.list_topics(topic, 10)
    gc.freeze()  # else every collection goes through all messages
    begun = time.time_ns() + int(LEAD * 1e9)
    print(begun, flush=True)
    send(producer, topic, bodies, begun, Pace(float(rate), float(seconds)))


def producer_of(bootstrap: str) -> Producer:
    """One that loses nothing and never says that its queue is full."""
    return Producer(
        {
            "bootstrap.servers": bootstrap,
            "enable.idempotence": True,
            "linger.ms": 0,
            "queue.buffering.max.messages": 1_000_000,
        }
    )


class Pace:
    """So many messages a second for so long."""

    def __init__(self, rate: float, seconds: float) -> None:
        self.rate, self.count = rate, int(rate * seconds)

    def due(self, elapsed: float) -> int:
        """How many are due after so many seconds."""
        return min(self.count, int(elapsed * self.rate))


def send(
    producer: Producer, topic: str, bodies: list[tuple[bytes, bytes]], begun: int, pace: Pace
) -> None:
    """Send each message when it is due; whatever came due while sleeping goes out at once."""
    sent = 0
    while sent < pace.count:
        due = pace.due((time.time_ns() - begun) / 1e9)
        now = time.time_ns()
        for number in range(sent, due):
            key, rest = bodies[number % len(bodies)]
            producer.produce(topic, head(begun, number, now) + rest, key)
        sent = max(sent, due)
        producer.poll(0)
        time.sleep(0.0005)
    producer.flush(60)


def head(begun: int, number: int, now: int) -> bytes:
    """A message's first bytes; times are UTC ns.

    >>> head(7, 3, 0)
    b'{"transaction_id":"7-3","event_time":"1970-01-01T00:00:00.000Z",'
    """
    told = datetime.fromtimestamp(now / 1e9, UTC).isoformat(timespec="milliseconds")[:-6]
    return b'{"transaction_id":"%d-%d","event_time":"%sZ",' % (begun, number, told.encode())


def body(line: bytes) -> tuple[bytes, bytes]:
    """A message's key, and its bytes without id, time and the brace before them.

    >>> body(b'{"transaction_id":"tx","event_time":"...","amount":1.50,"account_id":"a"}')
    (b'a', b'"amount":1.50,"account_id":"a"}')
    """
    message = json.loads(line)
    time_ends = line.index(b",", line.index(b'"event_time"'))
    return message["account_id"].encode(), line[time_ends + 1 :]


if __name__ == "__main__":
    main(*sys.argv[1:])
