"""Labels in a file of their own, joined to their transactions by id."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fraudstream.codec.siphash import hash_text
from fraudstream.errors import InputInvalid, Problem
from fraudstream.training import Dataset, Labels
from fraudstream.wiring.sampling import rows_of

__all__ = ["VERDICTS", "labels_in"]

VERDICTS = {"1": 1, "true": 1, "fraud": 1, "0": 0, "false": 0, "genuine": 0}
_NEEDED = ("transaction_id", "is_fraud")
_SHOWN = 10


def labels_in(path: Path, dataset: Dataset, key: bytes) -> Labels:
    """The labels of a .csv, .jsonl or .parquet file: transaction_id, is_fraud, perhaps known_at.

    ``is_fraud`` is 1/0, true/false or fraud/genuine. ``known_at`` (ISO 8601, UTC unless it says
    otherwise) is when the label became known; without it, the preset's ``known_after`` after the
    transaction. Labels of other transactions are left out. Raises ``InputInvalid`` with the first
    problems, or if none of the labels belongs to the data.
    """
    header, rows = rows_of(path)
    columns = _columns(path, header)
    hashes, frauds, known_ats = [], [], []
    problems: list[Problem] = []
    for number, row in enumerate(rows, start=1):
        try:
            frauds.append(VERDICTS[str(row[columns["is_fraud"]]).strip().lower()])
            known_ats.append(_moment(row[columns["known_at"]]) if "known_at" in columns else None)
            hashes.append(hash_text(key, str(row[columns["transaction_id"]])))
        except (KeyError, ValueError) as error:
            problems.append(Problem(f"label {number}: {error} is not understood", str(path)))
    if problems:
        raise InputInvalid(
            f"{len(problems)} labels cannot be read",
            problems[:_SHOWN],
            "Write is_fraud as 1 or 0, known_at as 2026-01-31T13:00:05Z.",
        )
    return _joined(path, dataset, np.array(hashes, np.int64).view(np.uint64), (frauds, known_ats))


def _columns(path: Path, header: list[str]) -> dict[str, int]:
    columns = {name: place for place, name in enumerate(header)}
    missing = [name for name in _NEEDED if name not in columns]
    if missing:
        raise InputInvalid(
            f"{path} lacks columns that labels need",
            [Problem(f'no column "{name}"', str(path)) for name in missing],
            f"Name them {' and '.join(_NEEDED)}; known_at may stand beside them.",
        )
    return columns


def _joined(
    path: Path,
    dataset: Dataset,
    ids: NDArray[np.uint64],
    said: tuple[list[int], list[int | None]],
) -> Labels:
    row_of = {tuple(pair): row for row, pair in enumerate(dataset.ids.tolist())}
    rows = [row_of.get(tuple(pair), -1) for pair in ids.tolist()]
    kept = [k for k, row in enumerate(rows) if row >= 0]
    if not kept:
        raise InputInvalid(
            f"none of the {len(rows):,} labels in {path} belongs to a transaction of the data",
            advice="Compare the ids: they must be written alike in both files.",
        )
    frauds, known_ats = said
    due = [
        int(dataset.arrivals[rows[k]]) + dataset.maturity if (at := known_ats[k]) is None else at
        for k in kept
    ]
    unordered = Labels(
        rows=np.array([rows[k] for k in kept], np.int64),
        ids=ids[kept],
        frauds=np.array([frauds[k] for k in kept], np.int8),
        known_ats=np.array(due, np.int64),
    )
    return Labels.empty().joined(unordered)


def _moment(value: object) -> int | None:
    if value in (None, ""):
        return None
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(aware.timestamp() * 1000)
