"""Kafka topics as a primary sink: decisions, alerts, rejects and the journal."""

from fraudstream.sinks.kafka.messages import Message, Stamp, Topics, messages_of
from fraudstream.sinks.kafka.share import KafkaShare
from fraudstream.sinks.kafka.sink import KafkaSink

__all__ = ["KafkaShare", "KafkaSink", "Message", "Stamp", "Topics", "messages_of"]
