"""What is durable is whole: after a kill at any moment, and after a disk that was full."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.unit.decisions.outcomes import PRESET
from tests.unit.stores.endless_writer import ALERTS, LABELS, REJECTS, ROWS

from fraudstream.stores.duckdb import DuckDBStore, open_reader

KILLS = 8
PER_BATCH = {"journal": 1, "transactions": ROWS, "alerts": ALERTS, "labels": LABELS} | {
    "rejects": REJECTS
}


def counts(path: Path) -> tuple[int, dict[str, dict[int, int]]]:
    """The store's position, and rows by table and batch."""
    store = DuckDBStore(path, PRESET)
    reader = store.reader()
    by_table = {
        table: {
            row["batch"]: row["n"]
            for row in reader.rows(f"select batch, count(*) as n from {table} group by batch")
        }
        for table in PER_BATCH
    }
    position = store.position()
    store.close()
    return position, by_table


def assert_whole(path: Path) -> int:
    """Every batch up to the position is there, once and wholly, and nothing of a later one."""
    position, by_table = counts(path)
    for table, rows in PER_BATCH.items():
        assert by_table[table] == dict.fromkeys(range(position + 1), rows), table
    return position


def test_a_store_killed_at_any_moment_holds_whole_batches_and_all_it_confirmed(
    tmp_path: Path,
) -> None:
    path, moments = tmp_path / "store.duckdb", random.Random(7)
    command = [sys.executable, "-m", "tests.unit.stores.endless_writer", str(path)]
    for _ in range(KILLS):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            first = writer.stdout.readline()
            time.sleep(moments.uniform(0, 0.3))
            writer.send_signal(signal.SIGKILL)
            confirmed = [first, *writer.stdout.readlines()]
        left = open_reader(path)
        (seen,) = left.rows("select max(batch) as batch from transactions")
        left.close()
        assert assert_whole(path) == seen["batch"] >= int(confirmed[-1])


def test_a_full_disk_keeps_nothing_of_the_batch_and_is_recovered_from(tmp_path: Path) -> None:
    path = tmp_path / "store.duckdb"
    command = [sys.executable, "-m", "tests.unit.stores.endless_writer", str(path), "200000"]
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    refused, held, after = int(said[1]), int(said[3]), int(said[5])
    assert (held, after) == (refused - 1, refused)
    assert assert_whole(path) == refused
