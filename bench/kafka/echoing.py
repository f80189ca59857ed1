"""What Kafka and this machine allow: every message is written again as it came, nothing decided.

python -m bench.kafka.echoing BOOTSTRAP SOURCE TARGET

Uses the same client with the same options as the engine, and waits like it until a batch is
durable before the next one. Prints a line when it reads.
"""

from __future__ import annotations

import sys

from fraudstream.kafka import Cluster

__all__ = ["main"]

_MOST = 8192


def main(bootstrap: str, source: str, target: str) -> None:
    """Run until killed."""
    from confluent_kafka import TopicPartition

    cluster = Cluster(bootstrap)
    consumer, producer = cluster.consumer({"enable.partition.eof": False}), cluster.producer()
    partitions = consumer.list_topics(source, 10).topics[source].partitions
    consumer.assign([TopicPartition(source, number, 0) for number in partitions])
    print("reading", flush=True)
    while True:
        messages = consumer.consume(1, 0.1)
        if messages:
            messages += consumer.consume(_MOST, 0)
        for message in messages:
            producer.produce(target, message.value(), message.key())
        producer.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
