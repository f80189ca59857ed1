"""The streaming query: Kafka, two stages with state, and each batch decided and written."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyspark.errors import StreamingQueryException
from pyspark.sql import functions as F  # noqa: N812 # everybody's name for it

from fraudstream.errors import FraudstreamError
from fraudstream.events.places import PARTITION_BITS
from fraudstream.ports import Entry
from fraudstream.spark.deciding import TALLY, Counted, Office, counted_in, deciding
from fraudstream.spark.kit import Kit
from fraudstream.spark.places import BUCKET, DOOR, PARCELS, Place, Stage
from fraudstream.spark.reading import scattering

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

__all__ = ["Job", "Query", "Topics"]


@dataclass(frozen=True, slots=True)
class Topics:
    """What to read: topics in the order of their numbers, and the Kafka source's options."""

    names: tuple[str, ...]
    options: Mapping[str, str]
    max_batch: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """A query before it runs.

    ``begin`` is asked on the driver as each batch begins: its entry, noted before on return, and
    what decides and writes it. ``decided`` is told the entry and what the outputs counted, once
    all of it is durable. ``trigger`` is Spark's.
    """

    kit: Kit
    topics: Topics
    checkpoint: str
    begin: Callable[[int], tuple[Entry, Office]]
    decided: Callable[[Entry, Sequence[Counted]], None]
    trigger: Mapping[str, Any]


class Query:
    """A job that runs until it is stopped, has nothing left, or fails."""

    def __init__(self, spark: SparkSession, job: Job) -> None:
        self._job = job
        self._failure: FraudstreamError | None = None
        parcels = _messages(spark, job.topics).mapInArrow(scattering(job.kit), PARCELS)
        found = _through(_through(parcels, job.kit, DOOR), job.kit, BUCKET)
        writer = found.writeStream.foreachBatch(self._decide).queryName(job.kit.source)
        writer = writer.option("checkpointLocation", job.checkpoint).outputMode("append")
        self._query = writer.trigger(**job.trigger).start()

    def wait(self, seconds: float) -> bool:
        """Whether it still runs after so long."""
        try:
            self._query.awaitTermination(seconds)
        except StreamingQueryException:
            return False
        return bool(self._query.isActive)

    def stop(self) -> None:
        """End it; a batch under way is run again by the next start."""
        self._query.stop()

    def failure(self) -> Exception | None:
        """Why it ended by itself, if that was no success."""
        found: Exception | None = self._query.exception()
        return self._failure or found

    def progress(self) -> Mapping[str, Any] | None:
        """What Spark says of the newest batch."""
        newest = self._query.lastProgress
        said: Mapping[str, Any] | None = None if newest is None else json.loads(newest.json)
        return said

    def recent(self) -> list[Mapping[str, Any]]:
        """The same of the newest hundred."""
        return [json.loads(progress.json) for progress in self._query.recentProgress]

    def _decide(self, batch: DataFrame, number: int) -> None:
        """Decide and write a batch; Spark calls it, and repeats it after a crash."""
        job = self._job
        try:
            entry, office = job.begin(number)
            placed = batch.repartitionById(job.kit.spread.outputs, F.col("output"))
            # one action only: each would run the stages with state once more
            rows = placed.mapInArrow(deciding(job.kit, office, entry), TALLY).collect()
            job.decided(entry, counted_in(row.tally for row in rows))
        except FraudstreamError as error:
            self._failure = error
            raise


def _messages(spark: SparkSession, topics: Topics) -> DataFrame:
    """Kafka's records with the time of the batch, which Spark notes with its offsets."""
    reader = spark.readStream.format("kafka").option("subscribe", ",".join(topics.names))
    reader = reader.option("includeHeaders", "true")
    for name, value in topics.options.items():
        reader = reader.option(name, value)
    if topics.max_batch:
        reader = reader.option("maxOffsetsPerTrigger", topics.max_batch)
    return reader.load().select(
        "key",
        "headers",
        "value",
        _number(topics.names).alias("partition"),
        "offset",
        F.unix_millis("timestamp").alias("timestamp"),
        F.unix_millis(F.current_timestamp()).alias("as_of"),
    )


def _number(topics: Sequence[str]) -> Column:
    """The number of a partition, topic by topic."""
    partition = F.col("partition")
    if len(topics) == 1:
        return partition
    names = F.array(*(F.lit(topic) for topic in topics))
    topic = F.array_position(names, F.col("topic")).cast("int") - 1
    return F.shiftleft(topic, PARTITION_BITS) + partition


def _through(parcels: DataFrame, kit: Kit, stage: Stage[Any]) -> DataFrame:
    """All places of a stage, each by itself."""
    return parcels.groupBy("place").transformWithState(
        Place(kit, stage), PARCELS, outputMode="Append", timeMode="None"
    )
