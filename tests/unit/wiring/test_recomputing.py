"""A stored decision, made again from its stored features."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from tests.unit.wiring.test_running import lines, run, settings

from fraudstream.errors import CheckFailed, ModelIncompatible
from fraudstream.wiring.asking import explained
from fraudstream.wiring.presets import draft_preset
from fraudstream.wiring.recomputing import recomputed


def test_stored_features_give_the_stored_decision_again(
    tmp_path: Path, later: Path, model_folder: Path
) -> None:
    out = tmp_path / "decisions.jsonl"
    asked = settings(tmp_path / "home", later, model=model_folder, sink=[str(out)])
    run(asked)
    for line in lines(out)[:40]:
        stored = explained(asked, line["transaction_id"])
        again = recomputed(asked, stored)
        assert (again.score, again.action) == (line["score"], line["action"])
        again.require(stored)


def test_a_changed_decision_and_a_changed_policy_are_found(
    tmp_path: Path, later: Path, model_folder: Path
) -> None:
    asked = settings(tmp_path / "home", later, model=model_folder)
    run(asked)
    with duckdb.connect(str(tmp_path / "home" / "store.duckdb")) as store:
        store.execute("update transactions set action = 'decline', score = 1")
        [(name,)] = store.execute("select transaction_id from transactions limit 1").fetchall()
    stored = explained(asked, name)
    with pytest.raises(CheckFailed, match="score was 1"):
        recomputed(asked, stored).require(stored)
    draft_preset(tmp_path / "mine.toml", "payments")
    text = (tmp_path / "mine.toml").read_text()
    (tmp_path / "mine.toml").write_text(text.replace("review = 3.00", "review = 4.00"))
    changed = asked.model_copy(update={"preset": str(tmp_path / "mine.toml")})
    with pytest.raises(ModelIncompatible, match="policy"):
        recomputed(changed, stored)
