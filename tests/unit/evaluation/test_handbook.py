"""The protocol of the public card data, against its words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from tests.unit.evaluation.histories import DAY, Trainer, history, telling_history

from fraudstream.errors import CheckFailed
from fraudstream.evaluation import Study, evaluate_handbook
from fraudstream.evaluation import handbook as protocol
from fraudstream.evaluation.runs import _beside_published
from fraudstream.schema import builtin


def _silent(stage: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def test_known_defrauded_customers_leave_the_test_day_by_day() -> None:
    random = np.random.default_rng(2)
    days, customers = np.sort(random.integers(0, 60, 3_000)), random.integers(0, 50, 3_000)
    frauds, start = random.random(3_000) < 0.02, 30
    found = protocol.split(days, frauds, customers, start)
    expected = []
    for row in range(3_000):
        day, own = days[row], customers == customers[row]
        known = own & frauds & (days >= start) & (days <= day - 8)
        if start + 14 <= day < start + 21 and not known.any():
            expected.append(row)
    assert found.test.tolist() == expected
    assert days[found.train].min() >= start and days[found.train].max() < start + 7
    assert set(days[found.history]) == set(range(0, start + 7)) & set(range(start - 49, start + 7))


def test_the_single_split_tests_the_week_from_the_eighth_of_august() -> None:
    nothing = np.zeros(0, np.int64)
    one = protocol.split(nothing, nothing.astype(bool), nothing, protocol.TEST_WEEKS[0])
    assert one.tested == "2018-08-08"
    assert [week - protocol.TEST_WEEKS[0] for week in protocol.TEST_WEEKS] == [0, 7, 14, 21]


def test_other_counts_than_the_published_are_an_error_that_names_them() -> None:
    with pytest.raises(CheckFailed) as caught:
        evaluate_handbook(Study(telling_history(40), builtin("handbook")), Trainer(), _silent)
    assert len(caught.value.problems) == 4
    assert "expected 67,240" in str(caught.value)


def test_ours_are_computed_and_theirs_are_beside_them() -> None:
    ours = {"auc": 0.5, "ap": 0.25, "cp100": 0.125, "ap_low": 0.2, "ap_high": 0.3}
    found = _beside_published(ours, ours)
    assert found["four_weeks"] == found["one_week"] == ours
    assert found["published"]["XGBoost"]["four_weeks"] == {
        "auc": 0.869,
        "ap": 0.687,
        "cp100": 0.303,
    }
    assert found["published"]["decision tree, depth 2"]["four_weeks"] is None


@pytest.mark.handbook
def test_the_public_data_gives_the_published_counts_and_nothing_is_known_early(
    handbook: Path,
) -> None:
    names = ["TX_DATETIME", "TX_FRAUD", "CUSTOMER_ID"]
    table = pq.read_table(handbook, columns=names)
    times = table["TX_DATETIME"].to_numpy().astype("datetime64[ms]").astype(np.int64)
    frauds = table["TX_FRAUD"].to_numpy() == 1
    telling = np.where(frauds, 3.0, 0.0) + np.sin(np.arange(len(times)))
    matrix = np.stack([np.zeros(len(times)), telling], axis=1).astype(np.float32)
    dataset = history(times, frauds, table["CUSTOMER_ID"].to_numpy(), matrix)
    trainer = Trainer()
    figures = evaluate_handbook(Study(dataset, builtin("handbook")), trainer, _silent).figures
    assert figures["counts"] == protocol.EXPECTED
    assert [week["frauds"] for week in figures["by_week"]] == [385, 387, 408, 422]
    for start, learned in zip(protocol.TEST_WEEKS, trainer.given, strict=True):
        assert learned.labels.known_ats.max() <= (start + 14) * DAY
        assert learned.event_times.max() < (start + 7) * DAY
