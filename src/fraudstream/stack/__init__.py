"""Real servers as child processes: brokers, a database, Prometheus, Spark, without
Docker.

Each has a folder for its data and log, listens on this machine only, and is found again from that
folder by another process, whatever became of the one that started it.
"""

from fraudstream.stack.kafka import Kafka
from fraudstream.stack.postgres import Postgres
from fraudstream.stack.prometheus import Prometheus
from fraudstream.stack.server import Server
from fraudstream.stack.spark import SparkCluster

__all__ = ["Kafka", "Postgres", "Prometheus", "Server", "SparkCluster"]
