"""What travels to workers that have nothing but Python and Java."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from fraudstream.spark.packing import packed

USED = (
    "fraudstream.wiring.clustered.shares, pandas, grpc, google.protobuf, psycopg, confluent_kafka"
)


def test_the_archive_is_all_that_a_worker_imports(tmp_path: Path) -> None:
    archive = packed(tmp_path)
    assert packed(tmp_path) == archive
    with zipfile.ZipFile(archive) as found:
        assert not [name for name in found.namelist() if name.endswith((".pyc", ".pth"))]
        found.extractall(tmp_path / "packages")
    code = f"import {USED}; print(fraudstream.__file__, psycopg.__file__)"
    # -S: nothing that is installed here is found
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        env={"PYTHONPATH": str(tmp_path / "packages"), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(str(tmp_path)) == 2
