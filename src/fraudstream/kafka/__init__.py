"""What everything that speaks to Kafka shares: clients, topics, what went wrong."""

from fraudstream.kafka.client import Cluster, hosts_of
from fraudstream.kafka.topics import Layout, existing, make_topics

__all__ = ["Cluster", "Layout", "existing", "hosts_of", "make_topics"]
