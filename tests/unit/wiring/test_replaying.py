"""A replay finds that nothing differs, and what does if something was changed."""

from __future__ import annotations

import json
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from tests.unit.wiring.conftest import silent
from tests.unit.wiring.test_running import run, settings

from fraudstream.errors import CheckFailed, InputInvalid, NotReachable
from fraudstream.stores.postgres import Address, SharedPostgres, migrate
from fraudstream.wiring.presets import preset_named
from fraudstream.wiring.replaying import check_log, show_log


def test_what_was_decided_is_decided_again_to_the_bit(
    tmp_path: Path, later: Path, model_folder: Path
) -> None:
    asked = settings(tmp_path / "home", later, model=model_folder, engine={"max_batch": 150})
    decided = run(asked).decisions
    found = check_log(asked, threading.Event(), silent)
    assert (found.decisions, found.different) == (decided, 0)
    assert found.batches > 2
    found.require_equal()


def test_a_stored_decision_that_was_changed_is_found_and_named(tmp_path: Path, later: Path) -> None:
    asked = settings(tmp_path / "home", later)
    run(asked)
    with duckdb.connect(str(tmp_path / "home" / "store.duckdb")) as store:
        [(name,)] = store.execute("select transaction_id from transactions limit 1").fetchall()
        store.execute("update transactions set score = 0.5 where transaction_id = ?", [name])
    found = check_log(asked, threading.Event(), silent)
    assert found.different == 1
    with pytest.raises(CheckFailed, match=rf"{name}: score 0\.5 then, 0\.0 now"):
        found.require_equal()


def test_a_log_that_was_cut_is_an_error_not_a_difference(tmp_path: Path, later: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_bytes(later.read_bytes())
    asked = settings(tmp_path / "home", log)
    run(asked)
    log.write_bytes(log.read_bytes()[:10_000])
    with pytest.raises(InputInvalid):
        check_log(asked, threading.Event(), silent)


def test_a_batch_that_a_cluster_has_under_way_is_not_compared_yet(
    tmp_path: Path, later: Path, postgres: str
) -> None:
    migrate(Address.of(postgres))
    asked = settings(tmp_path / "home", later, store={"url": postgres}, engine={"max_batch": 150})
    run(asked)
    with closing(SharedPostgres(postgres, preset_named(asked.preset))) as owner:
        whole, last = owner.position() + 1, list(owner.entries(-1))[-1]
        owner.claim(owner.epoch() + 1)
        owner.begin(replace(last, batch=last.batch + 1))
    found = check_log(asked, threading.Event(), silent)
    assert (found.batches, found.different) == (whole, 0)


def test_without_comparison_the_decisions_are_written_again(
    tmp_path: Path, later: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    out = tmp_path / "decisions.jsonl"
    asked = settings(tmp_path / "home", later, sink=[str(out)])
    run(asked)
    capfdbinary.readouterr()
    show_log(asked, threading.Event())
    shown = capfdbinary.readouterr().out
    assert shown == out.read_bytes()
    assert json.loads(shown.splitlines()[0])["schema"] == "decision/1"


def test_nothing_decided_yet_says_what_to_do(tmp_path: Path, later: Path) -> None:
    with pytest.raises(NotReachable, match="no store"):
        check_log(settings(tmp_path / "home", later), threading.Event(), silent)
