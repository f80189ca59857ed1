"""``features --on``: a history in a file through the stages of a cluster."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pyarrow as pa

from fraudstream.config import Home, Settings
from fraudstream.engine.engine import utc_ms
from fraudstream.errors import UsageInvalid
from fraudstream.events import Records, Reject
from fraudstream.pipeline import Extracted
from fraudstream.spark.flow import Spread
from fraudstream.spark.kit import Kit
from fraudstream.spark.past import passed
from fraudstream.spark.session import connect
from fraudstream.wiring.clustered.running import cluster_for
from fraudstream.wiring.history import KEY, ROWS, Reading
from fraudstream.wiring.learning import features_of
from fraudstream.wiring.places import Opening, open_file
from fraudstream.wiring.progress import Progress
from fraudstream.wiring.writing import open_for_writing

__all__ = ["write_features_on"]

_rejects = msgspec.json.Decoder(tuple[Reject, ...])


@dataclass(frozen=True, slots=True)
class _Work:
    """What workers do at both ends; data and parts are where all of them find them."""

    kit: Kit
    data: Path
    parts: Path
    as_of: int

    def read(self) -> Iterator[tuple[int, Records]]:
        """The file from its beginning, as one process would read it."""
        opening = Opening(self.kit.preset, self.kit.flow().extractor.decoder, Home(Path()))
        with closing(open_file(self.data, opening)) as source:
            while (records := source.poll(ROWS)) is not None:
                yield self.as_of, records

    def finish(self, batch: int, output: int, chunk: Extracted) -> bytes:
        """Keep an output's share as a file; its rejects go to the driver."""
        rows = features_of(chunk, self.kit.preset, self.kit.flow().extractor.plan.names)
        part = self.part(batch, output)
        draft = part.with_name(f".{part.name}.{os.getpid()}")
        with pa.OSFile(str(draft), "wb") as file, pa.ipc.new_file(file, rows.schema) as writer:
            writer.write_batch(rows)
        draft.replace(part)
        return msgspec.json.encode(chunk.rejects)

    def part(self, batch: int, output: int) -> Path:
        """Where a share is kept."""
        return self.parts / f"{batch:012}-{output:05}.arrow"


def write_features_on(settings: Settings, reading: Reading, out: Path, progress: Progress) -> int:
    """Write every transaction with its features, computed by a cluster; returns how many.

    Data and ``out`` are at places that driver and workers reach by the same path. Raises as
    ``Reading.extracted`` does, and ``UsageInvalid`` for a history that has to be sorted first.
    """
    work = _work(settings, reading, out)
    reading.require_order(progress)
    spark, rows = connect(cluster_for(settings)), 0
    work.parts.mkdir(parents=True, exist_ok=True)
    try:
        with open_for_writing(out) as write:
            for piece in passed(spark, work.kit, work.read, work.finish):
                part = work.part(piece.batch, piece.output)
                found = pa.ipc.open_file(part.read_bytes()).get_batch(0)
                write(found)
                part.unlink()
                rows += found.num_rows
                reading.refusals.add(_rejects.decode(piece.content))
                progress("computing features, transactions", rows, 0)
    finally:
        spark.stop()
        shutil.rmtree(work.parts)
    reading.require_some(rows)
    return rows


def _work(settings: Settings, reading: Reading, out: Path) -> _Work:
    if reading.preset.input.arrival == "event_time":
        raise UsageInvalid(
            f"{reading.history.data}: a cluster reads a file in its own order",
            advice="Sort it by time first, or leave out --on.",
        )
    spec, data = settings.spark, reading.history.data.resolve()
    spread = Spread(spec.doors, spec.buckets, spec.outputs)
    kit = Kit(reading.preset, KEY, spread, data.name, exact=True)
    return _Work(kit, data, out.resolve().with_name(f"{out.name}.parts"), utc_ms())
