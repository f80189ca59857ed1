"""A program that writes batches until it is killed; says the number of each when it is durable.

python -m tests.unit.stores.endless_writer STORE [BYTES]: with BYTES, files may grow no further once
the first batch is written, as on a full disk; the limit is lifted after the first refusal.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from tests.unit.decisions.outcomes import NOON, PRESET, VERSIONS, Row, outcome_of

from fraudstream.decisions import Outcome
from fraudstream.errors import StorageFailed
from fraudstream.events import Kind, Reason, Reject
from fraudstream.ports import Entry
from fraudstream.stores.duckdb import DuckDBStore

ROWS, ALERTS, LABELS, REJECTS = 40, 4, 3, 2


def entry(batch: int) -> Entry:
    return Entry(batch, {0: batch}, {0: batch + 1}, NOON, VERSIONS.as_dict())


def outcome(batch: int) -> Outcome:
    rows = [Row(f"{batch}-{i}") for i in range(ROWS)]
    scores = [931_200] * ALERTS + [0] * (ROWS - ALERTS)
    labels = [Row(f"{batch}-{i}", kind=Kind.LABEL, fraud=1) for i in range(LABELS)]
    rejects = [Reject(Reason.DUPLICATE, "", b"", 0, i) for i in range(REJECTS)]
    return outcome_of(rows, scores, others=labels, rejects=rejects)


def say(*words: object) -> None:
    print(*words, flush=True)


def write_until_killed(path: Path) -> None:
    store = DuckDBStore(path, PRESET)
    # merge often, so that some kills fall into a merge
    store.reader().rows("set checkpoint_threshold = '100KB'")
    batch = store.position() + 1
    while True:
        store.write(entry(batch), outcome(batch))
        say(batch)
        batch += 1


def write_onto_a_full_disk(path: Path, room: int) -> None:
    store = DuckDBStore(path, PRESET)
    store.write(entry(0), outcome(0))
    watching = store.reader()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    batch = 0
    try:
        while True:
            batch += 1
            store.write(entry(batch), outcome(batch))
    except StorageFailed:
        say("refused", batch, "held", store.position())
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    del watching
    store.write(entry(batch), outcome(batch))
    say("held", store.position())
    store.close()


if __name__ == "__main__":
    if len(sys.argv) > 2:
        write_onto_a_full_disk(Path(sys.argv[1]), int(sys.argv[2]))
    else:
        write_until_killed(Path(sys.argv[1]))
