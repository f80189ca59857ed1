"""Three ways to make features of the same topic; each runs until nothing is left in it.

The way of buckets is the job itself, with all its features, scores and decisions, which go nowhere.
By card there is a state for each card, and exact count and sum over an hour and a day. By row there
is a Python function called for each row, as small demos do it: it knows nothing of the past.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pyspark.sql import Row, SparkSession
from pyspark.sql import functions as F  # noqa: N812 # everybody's name for it
from pyspark.sql.streaming import StatefulProcessor, StatefulProcessorHandle
from pyspark.sql.types import DoubleType, IntegerType, LongType, StructField, StructType

from bench.workload import KEY, Workload
from fraudstream.config.kafka import KafkaSettings
from fraudstream.ports import Entry
from fraudstream.spark.flow import Spread
from fraudstream.spark.job import Job, Query, Topics
from fraudstream.spark.kit import Kit
from fraudstream.wiring.clustered.shares import Share

__all__ = ["PATHS", "Task"]

Progress = list[Mapping[str, Any]]
HOUR, DAY = 3_600_000, 86_400_000


class Task:
    """A topic, what is done with it, and how many messages make a batch."""

    def __init__(self, work: Workload, servers: str, topic: str, batch: int) -> None:
        self.work, self.servers, self.topic, self.batch = work, servers, topic, batch

    def options(self) -> dict[str, str]:
        """Of Spark's Kafka source."""
        return {"kafka.bootstrap.servers": self.servers, "startingOffsets": "earliest"}


def by_bucket(spark: SparkSession, task: Task, folder: Path) -> Progress:
    """The job: every feature of the preset, scores, decisions."""
    cores = spark.sparkContext.defaultParallelism
    kit = Kit(task.work.preset, KEY, Spread(4 * cores, 8 * cores, cores), task.topic)
    versions = task.work.program.versions
    share = Share(kit, (), KafkaSettings(), 1, task.work.model.to_files(), "1")
    job = Job(
        kit=kit,
        topics=Topics((task.topic,), task.options(), task.batch),
        checkpoint=(folder / task.topic).as_uri(),
        begin=lambda batch: (Entry(batch, {}, {}, 0, versions), share),
        decided=lambda entry, counted: None,
        trigger={"availableNow": True},
    )
    query = Query(spark, job)
    while query.wait(1.0):
        pass
    if (failure := query.failure()) is not None:
        raise failure
    return query.recent()


def by_card(spark: SparkSession, task: Task, folder: Path) -> Progress:
    """A state for each card: the times and amounts of a day."""
    fields = "card_id string, event_time timestamp, amount double"
    said = F.from_json(F.col("value").cast("string"), fields).alias("said")
    rows = _messages(spark, task).select(said).select("said.*").where("card_id is not null")
    found = rows.groupBy("card_id").transformWithState(Card(), COUNTED, "Append", "None")
    return _run(found, folder / task.topic)


def by_row(spark: SparkSession, task: Task, folder: Path) -> Progress:
    """A Python call for each row."""
    score = F.udf(lambda value: _guess(value), DoubleType())  # without the hints Spark warns of
    found = _messages(spark, task).select(score(F.col("value").cast("string")).alias("score"))
    return _run(found, folder / task.topic)


PATHS: Mapping[str, Callable[[SparkSession, Task, Path], Progress]] = {
    "bucket": by_bucket,
    "trigger": by_bucket,
    "per_card": by_card,
    "per_row": by_row,
}

_PAST = StructType([StructField("time", LongType()), StructField("amount", DoubleType())])
COUNTED = StructType(
    [
        StructField("count_1h", IntegerType()),
        StructField("sum_1h", DoubleType()),
        StructField("count_24h", IntegerType()),
        StructField("sum_24h", DoubleType()),
    ]
)


class Card(StatefulProcessor):  # type: ignore[misc] # Spark is not typed
    """Exact windows of one card, in Python."""

    def init(self, handle: StatefulProcessorHandle) -> None:
        """A day's transactions."""
        self._past = handle.getListState("past", _PAST)

    def handleInputRows(self, key: Any, rows: Iterator[Any], timerValues: Any) -> Iterator[Row]:  # noqa: N802, N803 # Spark's names
        """Each transaction with what came before it."""
        past = [tuple(row) for row in self._past.get()]
        for row in sorted(rows, key=lambda row: row.event_time):
            now = int(row.event_time.timestamp() * 1000)
            past = [(time, amount) for time, amount in past if time > now - DAY]
            hour = [amount for time, amount in past if time > now - HOUR]
            day = [amount for _, amount in past]
            yield Row(
                count_1h=len(hour),
                sum_1h=float(sum(hour)),
                count_24h=len(day),
                sum_24h=float(sum(day)),
            )
            past.append((now, row.amount or 0.0))
        self._past.put(past)

    def close(self) -> None:
        """Nothing is open."""


def _guess(value: str) -> float:
    """A score from what one message says."""
    said = json.loads(value)
    hour = int(said["event_time"][11:13])
    amount = float(said.get("amount", 0))
    return min(1.0, amount / 1000) * (1.5 if hour < 6 else 1.0)


def _messages(spark: SparkSession, task: Task) -> Any:
    reader = spark.readStream.format("kafka").option("subscribe", task.topic)
    for name, value in task.options().items():
        reader = reader.option(name, value)
    return reader.option("maxOffsetsPerTrigger", task.batch).load()


def _run(rows: Any, checkpoint: Path) -> Progress:
    writer = rows.writeStream.format("noop").outputMode("append")
    query = writer.option("checkpointLocation", checkpoint.as_uri()).trigger(availableNow=True)
    running = query.start()
    running.awaitTermination()
    return [json.loads(progress.json) for progress in running.recentProgress]
