"""A history's features, made by the same stages."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pyarrow.parquet as pq
from tests.e2e.program import BIN

from fraudstream.simulator import Settings as Bank
from fraudstream.simulator import encode_json, stream


def test_features_made_on_spark_are_those_of_one_process(tmp_path: Path) -> None:
    bank = Bank(customers=40, days=5, fraud_share=0.05)
    lines = b"".join(encode_json(chunk, truth=True) for chunk in stream(bank))
    first = lines[: lines.index(b"\n") + 1]
    (tmp_path / "tx.jsonl").write_bytes(lines + first + b"{broken\n")
    for out, more in (("here.parquet", []), ("there.parquet", ["--on", "spark:local[2]"])):
        words = [str(BIN / "fraudstream"), "features", "tx.jsonl", "--out", out, *more]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "json_malformed 1" in done.stderr
    here, there = (
        pq.read_table(tmp_path / "here.parquet"),
        pq.read_table(tmp_path / "there.parquet"),
    )
    assert here.num_rows > 200
    assert here.equals(there)
    assert not (tmp_path / "there.parquet.parts").exists()
