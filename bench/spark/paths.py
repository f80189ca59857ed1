"""Three ways to make features of the same topic; each runs until nothing is left in it.

The way of buckets is the job itself, with all its features, scores and decisions, which go nowhere.
By card there is a state for each card, and for each account, merchant and device: the same
features, not brought together again. By row there is a Python function called for each row, as
small demos do it: it knows nothing of the past.
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

from bench.workload import KEY, Workload, bench_preset, cold_preset_text
from fraudstream.config.kafka import KafkaSettings
from fraudstream.ports import Entry
from fraudstream.spark.flow import Spread
from fraudstream.spark.job import Job, Query, Topics
from fraudstream.spark.kit import Kit
from fraudstream.wiring.clustered.shares import Share

__all__ = ["PATHS", "Task"]

Progress = list[Mapping[str, Any]]
HOUR, DAY = 3_600_000, 86_400_000
WINDOWS = {"10m": HOUR // 6, "1h": HOUR, "24h": DAY, "7d": 7 * DAY, "30d": 30 * DAY}
ENTITIES = ("account", "card", "merchant", "device")
"""Those of the bench's preset."""


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
    spread = Spread(2 * cores, 4 * cores, cores)
    kit = Kit(bench_preset(cold_preset_text()), KEY, spread, task.topic)
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
    """A state for each card, account, merchant and device: the past of the longest window."""
    fields = "event_time timestamp, amount double, " + ", ".join(f"{e}_id string" for e in ENTITIES)
    said = _messages(spark, task).select(
        F.from_json(F.col("value").cast("string"), fields).alias("m")
    )
    keys = F.explode(
        F.array(
            *(F.struct(F.lit(e).alias("entity"), F.col(f"m.{e}_id").alias("key")) for e in ENTITIES)
        )
    )
    rows = said.select(keys.alias("of"), "m.event_time", "m.amount").where("of.key is not null")
    made = rows.groupBy("of").transformWithState(Key(), MADE, "Append", "None")
    return _run(made, folder / task.topic)


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
MADE = StructType(
    [
        StructField(f"{name}_{window}", kind)
        for window in WINDOWS
        for name, kind in (("count", IntegerType()), ("sum", DoubleType()), ("max", DoubleType()))
    ]
)


class Key(StatefulProcessor):  # type: ignore[misc] # Spark is not typed
    """Exact windows of one key, in Python."""

    def init(self, handle: StatefulProcessorHandle) -> None:
        """The transactions of the longest window."""
        self._past = handle.getListState("past", _PAST)

    def handleInputRows(self, key: Any, rows: Iterator[Any], timerValues: Any) -> Iterator[Row]:  # noqa: N802, N803 # Spark's names
        """Each transaction with what came before it."""
        past = [tuple(row) for row in self._past.get()]
        for row in sorted(rows, key=lambda row: row.event_time):
            now, found = int(row.event_time.timestamp() * 1000), {}
            past = [(time, amount) for time, amount in past if time > now - WINDOWS["30d"]]
            for name, length in WINDOWS.items():
                amounts = [amount for time, amount in past if time > now - length]
                found[f"count_{name}"] = len(amounts)
                found[f"sum_{name}"] = float(sum(amounts))
                found[f"max_{name}"] = max(amounts, default=0.0)
            yield Row(**found)
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
