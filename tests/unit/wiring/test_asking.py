"""Commands answer while an engine has the store's file open, and after it has ended."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.wiring.conftest import listening, running

from fraudstream.errors import CheckFailed
from fraudstream.wiring.asking import explained, label_status, newest_rejects, one_reject


@pytest.fixture
def spoilt(later: Path, tmp_path: Path) -> Path:
    """A few messages, the last one broken."""
    path = tmp_path / "spoilt.jsonl"
    lines = [line for line in later.read_bytes().splitlines() if b'"transaction_id"' in line]
    path.write_bytes(b"\n".join([*lines[:20], b"{broken", b""]))
    return path


def test_what_is_asked_is_the_same_during_a_run_and_after_it(tmp_path: Path, spoilt: Path) -> None:
    asked = listening(tmp_path / "home", spoilt)
    with running(asked):
        during = (label_status(asked), newest_rejects(asked, None, 5))
        reject = newest_rejects(asked, "json_malformed", 1)[0]
        place = f"{reject['source_partition']}:{reject['source_offset']}"
        assert one_reject(asked, f"spoilt.jsonl:{place}")["raw"] == "{broken"
        with pytest.raises(CheckFailed, match="No decision"):
            explained(asked, "nobody")
        with pytest.raises(CheckFailed, match="no reject"):
            one_reject(asked, "7:7")
    assert (label_status(asked), newest_rejects(asked, None, 5)) == during
    assert one_reject(asked, place)["raw"] == "{broken"
