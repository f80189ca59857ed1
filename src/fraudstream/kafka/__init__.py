"""What everything that speaks to Kafka shares: clients, topics, what went wrong."""

from fraudstream.kafka.client import Cluster, hosts_of
from fraudstream.kafka.topics import Layout, existing, make_topics
from fraudstream.kafka.writer import Event, Writer

__all__ = ["Cluster", "Event", "Layout", "Writer", "existing", "hosts_of", "make_topics"]
