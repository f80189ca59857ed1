"""Labels from a file of their own."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from tests.unit.wiring.conftest import silent

from fraudstream.errors import InputInvalid
from fraudstream.schema import builtin
from fraudstream.training import Dataset
from fraudstream.wiring.history import KEY, History, Reading
from fraudstream.wiring.labelling import labels_in
from fraudstream.wiring.learning import dataset_of, features_table

DAY = 86_400_000


@pytest.fixture(scope="module")
def dataset(later: Path) -> Dataset:
    return dataset_of(Reading(builtin("payments"), History(later)), silent)


@pytest.fixture(scope="module")
def ids(later: Path) -> list[str]:
    table = features_table(Reading(builtin("payments"), History(later)), silent)
    return list(table["transaction_id"].to_pylist())


def _file(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n")
    return path


def test_labels_find_their_transactions_and_count_from_when_they_were_known(
    dataset: Dataset, ids: list[str], tmp_path: Path
) -> None:
    path = _file(
        tmp_path / "labels.csv",
        "transaction_id,is_fraud,known_at",
        f"{ids[3]},1,2026-03-01T12:00:00Z",
        f"{ids[5]},false,",
        "tx_unknown,1,",
    )
    found = labels_in(path, dataset, KEY)
    said = dict(zip(found.rows.tolist(), found.frauds.tolist(), strict=True))
    known = dict(zip(found.rows.tolist(), found.known_ats.tolist(), strict=True))
    assert said == {3: 1, 5: 0}
    assert known[3] == datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp() * 1000
    assert known[5] == int(dataset.arrivals[5]) + 7 * DAY
    assert np.all(np.diff(found.known_ats) >= 0)


def test_labels_that_belong_to_other_data_are_refused(dataset: Dataset, tmp_path: Path) -> None:
    path = _file(tmp_path / "labels.csv", "transaction_id,is_fraud", "x,1", "y,0")
    with pytest.raises(InputInvalid, match="none of the 2 labels"):
        labels_in(path, dataset, KEY)


def test_labels_without_the_needed_columns_are_refused_by_name(
    dataset: Dataset, tmp_path: Path
) -> None:
    path = _file(tmp_path / "labels.csv", "id,fraud", "x,1")
    with pytest.raises(InputInvalid, match='no column "transaction_id"') as caught:
        labels_in(path, dataset, KEY)
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize("row", ["{id},maybe,", "{id},1,yesterday"])
def test_a_label_that_is_not_understood_is_named(
    dataset: Dataset, ids: list[str], tmp_path: Path, row: str
) -> None:
    path = _file(tmp_path / "labels.csv", "transaction_id,is_fraud,known_at", row.format(id=ids[0]))
    with pytest.raises(InputInvalid, match="label 1:"):
        labels_in(path, dataset, KEY)
