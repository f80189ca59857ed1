"""Measures a Spark cluster of this machine: by buckets, by card, by row; with one and two workers.

python -m bench.spark [--batch N] [--card-batch N] [--batches N] [--out FILE]
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.report import write
from bench.spark.paths import PATHS, Task
from bench.workload import Messages, Workload, crowd, workload
from fraudstream.cli.compiled import keep_compiled
from fraudstream.kafka import Cluster as Brokers
from fraudstream.kafka import Event, Writer
from fraudstream.spark.session import Cluster, connect
from fraudstream.stack import Kafka, SparkCluster
from fraudstream.stack.jars import spark_connector
from fraudstream.stack.spark import Size

ROOT = Path(__file__).parents[2]
PARTITIONS = 4
WARM_UP = 2
"""Batches at the beginning that do not count: Java and our kernels get warm."""


def measured(
    work: Workload, messages: Messages, given: argparse.Namespace, folder: Path
) -> dict[str, Any]:
    """Figures by number of workers; those of the most workers are the report's own."""
    kafka = Kafka(folder / "kafka", 1)
    kafka.start()
    try:
        sizes = {
            "bucket": given.batch,
            "trigger": 16,
            "per_card": given.card_batch,
            "per_row": given.batch,
        }
        tasks = {
            name: Task(work, kafka.bootstrap, _topic(kafka, messages, name, size, given), size)
            for name, size in sizes.items()
        }
        found = {}
        for workers in (1, 2):
            with _cluster(folder / f"spark-{workers}", workers) as url:
                found[f"workers_{workers}"] = _with(url, tasks, folder / f"work-{workers}", workers)
        one, two = found["workers_1"], found["workers_2"]
        return {
            **two,
            **found,
            "bucket_over_per_card": two["bucket_rows_per_s"] / two["per_card_rows_per_s"],
            "two_workers_over_one": two["bucket_rows_per_s"] / one["bucket_rows_per_s"],
        }
    finally:
        kafka.stop()


def _with(url: str, tasks: Mapping[str, Task], folder: Path, workers: int) -> dict[str, float]:
    jars = spark_connector()
    # the bench is not installed: workers find it as the driver does
    conf = {"spark.executorEnv.PYTHONPATH": str(ROOT)}
    spark = connect(Cluster(url, "bench", folder / "spark.log", workers, jars, conf=conf))
    figures: dict[str, float] = {}
    try:
        for name, path in PATHS.items():
            progress = path(spark, tasks[name], folder)
            # the last one has what control records pushed out of the others
            whole = [p for p in progress if p["numInputRows"] > tasks[name].batch / 2]
            counted = whole[WARM_UP:]
            rows = sum(p["numInputRows"] for p in counted)
            seconds = sum(p["durationMs"]["triggerExecution"] for p in counted) / 1000
            figures[f"{name}_rows_per_s"] = rows / seconds
            figures[f"{name}_batch_s"] = seconds / len(counted)
            tell(f"{url} {name}: {rows / seconds:,.0f} rows/s")
    finally:
        spark.stop()
    del figures["trigger_rows_per_s"]
    return figures


@contextmanager
def _cluster(folder: Path, workers: int) -> Iterator[str]:
    folder.mkdir()
    cluster = SparkCluster(folder, Size(workers=workers, cores=1))
    cluster.start()
    try:
        yield cluster.url
    finally:
        cluster.stop()


def _topic(
    kafka: Kafka, messages: Messages, name: str, batch: int, given: argparse.Namespace
) -> str:
    """A topic with the messages of so many batches."""
    kafka.create_topic(name, PARTITIONS, {"retention.ms": "-1"})
    writer, lines = Writer(Brokers(kafka.bootstrap)), messages.lines
    rows = range(min(len(messages), batch * (given.batches + WARM_UP)))
    writer.write(Event(name, lines.raw(row)) for row in rows)
    writer.finish()
    return name


def tell(text: str) -> None:
    """Say on standard error what is going on."""
    print(f"bench: {time.strftime('%X')}  {text}", file=sys.stderr)


def main() -> None:
    """Simulate, learn, measure, print, write."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.spark", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--batch", type=int, default=200_000, help="messages of a batch")
    parser.add_argument("--card-batch", type=int, default=20_000, help="the same by card")
    parser.add_argument("--batches", type=int, default=3, help="that count")
    parser.add_argument("--out", type=Path, default=Path("reports/spark.json"))
    given = parser.parse_args()
    keep_compiled()
    os.environ["PYTHONPATH"] = str(ROOT)
    tell("simulating a bank and learning from 40 days of it")
    work, messages = workload(2000, 1), crowd(given.batch * (given.batches + WARM_UP))
    with TemporaryDirectory() as folder:
        figures = measured(work, messages, given, Path(folder))
    write(figures, given.out)
    for name, figure in figures.items():
        if isinstance(figure, float):
            print(f"{name:24} {figure:12,.1f}")
    tell(f"the same in {given.out}")


if __name__ == "__main__":
    main()
