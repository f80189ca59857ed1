"""docs/preset.md says what presets can say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fraudstream.schema import FieldType, Function, InputFunction, read_preset

PAGE = (Path(__file__).parents[3] / "docs" / "preset.md").read_text(encoding="utf-8")


def test_the_example_of_the_page_is_a_preset() -> None:
    found = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert found
    assert "account_ecom_count_24h" in read_preset(found[1], "preset.md").feature_names


@pytest.mark.parametrize("word", [*Function, *FieldType])
def test_every_aggregate_and_type_is_on_the_page(word: str) -> None:
    assert f"`{word}`" in PAGE


def test_every_input_made_from_the_event_is_on_the_page() -> None:
    made = set(InputFunction) - {InputFunction.NUMBER, InputFunction.CODE, InputFunction.AGE_DAYS}
    assert all(f"`{word}`" in PAGE for word in made)
    assert "`age_days(" in PAGE
