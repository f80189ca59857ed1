"""Topics of one Kafka cluster as a log: partitions assigned by hand, committed messages only."""

from fraudstream.sources.kafka.source import KafkaSource

__all__ = ["KafkaSource"]
