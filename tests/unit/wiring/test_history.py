"""History is looked at before it is learned from."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from tests.unit.wiring.conftest import silent

from fraudstream.errors import InputInvalid, UsageInvalid
from fraudstream.schema import builtin
from fraudstream.wiring.history import History, Reading
from fraudstream.wiring.learning import dataset_of, features_table, write_features

PAYMENTS = builtin("payments")


def _rewritten(source: Path, target: Path, change: Callable[[list[str]], list[str]]) -> Path:
    target.write_text("\n".join(change(source.read_text().splitlines())) + "\n")
    return target


def test_features_of_a_file_are_written_as_they_are_returned(later: Path, tmp_path: Path) -> None:
    reading = Reading(PAYMENTS, History(later))
    table = features_table(reading, silent)
    rows = write_features(Reading(PAYMENTS, History(later)), tmp_path / "f.parquet", silent)
    assert rows == table.num_rows
    assert pq.read_table(tmp_path / "f.parquet").equals(table)


def test_reading_history_leaves_nothing_behind(
    later: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    features_table(Reading(PAYMENTS, History(later)), silent)
    assert list(tmp_path.iterdir()) == []


def test_a_file_out_of_time_order_is_refused_with_what_to_do(later: Path, tmp_path: Path) -> None:
    turned = _rewritten(later, tmp_path / "turned.jsonl", lambda lines: lines[::-1])
    with pytest.raises(InputInvalid, match="not in time order") as caught:
        features_table(Reading(PAYMENTS, History(turned)), silent)
    assert "--arrival event_time" in caught.value.advice


def test_sorted_while_reading_it_gives_the_features_of_the_sorted_file(
    later: Path, tmp_path: Path
) -> None:
    def only_transactions(lines: list[str]) -> list[str]:
        kept = [line for line in lines if "kind" not in json.loads(line)]
        return sorted(kept, key=lambda line: str(json.loads(line)["event_time"]))

    ordered = _rewritten(later, tmp_path / "ordered.jsonl", only_transactions)
    turned = _rewritten(ordered, tmp_path / "turned.jsonl", lambda lines: lines[::-1])
    expected = features_table(Reading(PAYMENTS, History(ordered)), silent)
    found = features_table(Reading(PAYMENTS, History(turned, arrival="event_time")), silent)
    assert found.sort_by("transaction_id").equals(expected.sort_by("transaction_id"))


def test_sorting_does_not_bring_a_label_before_it_was_known(history: Path) -> None:
    """In a file that is sorted by event time a label would stand beside its transaction."""
    as_logged = dataset_of(Reading(PAYMENTS, History(history)), silent)
    as_sorted = dataset_of(Reading(PAYMENTS, History(history, arrival="event_time")), silent)
    moment = int(np.median(as_logged.arrivals))
    logged, resorted = as_logged.known_by(moment), as_sorted.known_by(moment)
    assert (resorted == 1).sum() <= (logged == 1).sum() + 1
    assert (resorted == 1).sum() > 0


def test_an_arrival_that_is_no_time_field_is_a_usage_error(later: Path) -> None:
    with pytest.raises(UsageInvalid, match='did you mean "event_time"'):
        Reading(PAYMENTS, History(later, arrival="event_tim"))


def test_messages_that_were_not_used_are_counted_by_reason_with_the_first_of_each(
    later: Path, tmp_path: Path
) -> None:
    def spoil(lines: list[str]) -> list[str]:
        [first, *_] = (k for k, line in enumerate(lines) if "merchant_id" in json.loads(line))
        twice = [*lines[:first], lines[first], *lines[first:]]
        return [*twice, "not json", '{"kind": "nonsense"}', "[]"]

    spoilt = _rewritten(later, tmp_path / "spoilt.jsonl", spoil)
    reading = Reading(PAYMENTS, History(spoilt))
    features_table(reading, silent)
    assert reading.refusals.counts.total() == 4
    told = reading.refusals.told("spoilt.jsonl")
    assert told.startswith("4 messages of spoilt.jsonl were not used")
    assert "duplicate 1: " in told and "json_malformed" in told


def test_a_history_of_which_all_is_used_says_nothing(later: Path) -> None:
    reading = Reading(PAYMENTS, History(later))
    features_table(reading, silent)
    assert reading.refusals.told("later.jsonl") == ""


@pytest.mark.parametrize("content", ["", "\n\n", '{"kind": "profile"}\n', "not json\n"])
def test_a_file_without_a_usable_transaction_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.jsonl").write_text(content)
    with pytest.raises(InputInvalid, match="no transaction that can be used"):
        features_table(Reading(PAYMENTS, History(tmp_path / "a.jsonl")), silent)
