"""The commands that README and docs show are run as they stand, and all others can be typed."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from tests.e2e.documents import PAGES, ROOT, blocks, commands
from tests.e2e.program import BIN, run
from tests.e2e.typed import parse

TYPED = [(page, line) for page in PAGES if page.name != "cli.md" for line in commands(page)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """As a clone is after ``make setup``, with a file of the user's own in it."""
    (tmp_path / ".venv").symlink_to(BIN.parent)
    done = run("fraudstream simulate --customers 150 --days 60 --truth --out all.parquet", tmp_path)
    assert done.returncode == 0, done.stderr
    _as_a_bank_may_have_it(tmp_path / "all.parquet", tmp_path / "tx.csv")
    return tmp_path


def _as_a_bank_may_have_it(simulated: Path, csv: Path) -> None:
    import duckdb

    duckdb.sql(
        f"""
        copy (
            select transaction_id as id, strftime(event_time, '%Y-%m-%d %H:%M:%S') as booked_at,
                amount as amount_eur, account_id as customer, merchant_id as shop, country,
                is_fraud::int as is_fraud
            from '{simulated}'
            where kind is null or kind = 'transaction'
        ) to '{csv}' (header, delimiter ',')
        """
    )


@pytest.mark.parametrize("name", ["README.md", "docs/quickstart.md", "docs/your-data.md"])
def test_the_commands_of_a_page_run_as_they_stand(name: str, folder: Path) -> None:
    shown = blocks(ROOT / name, "sh")
    assert shown
    done = run("".join(shown), folder)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("page", "line"), TYPED, ids=[f"{p.stem}: {li}" for p, li in TYPED])
def test_every_command_that_a_page_shows_can_be_typed(page: Path, line: str) -> None:
    parse(shlex.split(line))


def test_a_command_that_nobody_knows_is_noticed() -> None:
    with pytest.raises(AssertionError, match="no such command"):
        test_every_command_that_a_page_shows_can_be_typed(ROOT / "README.md", "conquer world")
