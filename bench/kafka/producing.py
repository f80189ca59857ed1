"""An open-loop producer: message i is sent when it is due, however far behind the engine is.

python -m bench.kafka.producing BOOTSTRAP TOPIC MESSAGES RATE SECONDS

``MESSAGES`` is a file of payments transactions as JSON lines. Each is given the id ``b<i>`` and the
time at which it is due as its event time. Prints the time of message 0, UTC ns.
"""

from __future__ import annotations

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
    producer = Producer(
        {
            "bootstrap.servers": bootstrap,
            "enable.idempotence": True,
            "linger.ms": 0.5,
            "queue.buffering.max.messages": 1_000_000,
        }
    )
    producer.list_topics(topic, 10)
    begun = time.time_ns() + int(LEAD * 1e9)
    print(begun, flush=True)
    send(producer, topic, bodies, begun, Pace(float(rate), float(seconds)))


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
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z").encode()
        for number in range(sent, due):
            key, rest = bodies[number % len(bodies)]
            head = b'{"transaction_id":"b%d","event_time":"%s",' % (number, now)
            producer.produce(topic, head + rest, key)
        sent = max(sent, due)
        producer.poll(0)
        time.sleep(0.0005)
    producer.flush(60)


def body(line: bytes) -> tuple[bytes, bytes]:
    """A message's key, and its bytes without id, time and the brace before them.

    >>> body(b'{"transaction_id":"tx","event_time":"...","account_id":"a","amount":1.50}')
    (b'a', b'"account_id":"a","amount":1.50}')
    """
    message = json.loads(line)
    rest = line[line.index(b'"account_id"') :]
    return message["account_id"].encode(), rest


if __name__ == "__main__":
    main(*sys.argv[1:])
