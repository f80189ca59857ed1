"""The plan of a stack: kept in its folder, changed only where its data allow it."""

from __future__ import annotations

from pathlib import Path

import pytest

from fraudstream.errors import NotReachable, UsageInvalid
from fraudstream.stack.folder import Folder
from fraudstream.wiring.stacking.plan import Plan, keep_plan, known_plan, planned


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_what_is_not_asked_for_is_as_usual(folder: Folder) -> None:
    assert planned(folder, "payments", {"rate": 5.0}) == Plan(preset="payments", rate=5.0)


def test_a_stack_that_is_there_stays_as_it_was_made(folder: Folder) -> None:
    keep_plan(folder, Plan(rate=5.0, customers=300))
    assert planned(folder, "classic", {}) == Plan(rate=5.0, customers=300)


def test_its_rate_may_change_and_its_customers_may_not(folder: Folder) -> None:
    keep_plan(folder, Plan())
    assert planned(folder, "payments", {"rate": 2.0}) == Plan(rate=2.0)
    with pytest.raises(UsageInvalid, match="customers is 2000, not 300"):
        planned(folder, "payments", {"customers": 300})


def test_messages_that_nobody_simulates_are_refused_before_anything_starts(folder: Folder) -> None:
    with pytest.raises(UsageInvalid, match="handbook"):
        planned(folder, "handbook", {})
    with pytest.raises(UsageInvalid, match="what was fraud"):
        planned(folder, "classic", {})
    assert planned(folder, "classic", {"model": "/models/7"}).preset == "classic"


def test_where_there_is_no_stack_it_says_how_to_start_one(folder: Folder) -> None:
    with pytest.raises(NotReachable, match="fraudstream stack up"):
        known_plan(folder)
