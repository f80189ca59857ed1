"""Filters are read as they are written in SQL."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.schema.bank import bank, read

from fraudstream.schema import All, Any, Compare, Filter, IsNull, Not, OneOf


def condition(sql: str) -> Filter:
    return dict(read(bank(more_filters=f'x = """{sql}"""\n')).filters)["x"]


@pytest.mark.parametrize(
    ("sql", "meant"),
    [
        ("amount >= 12.30", Compare("amount", ">=", 1230)),
        ("amount != 5", Compare("amount", "<>", 500)),
        ("100 < amount", Compare("amount", ">", 10_000)),
        ("100 >= amount", Compare("amount", "<=", 10_000)),
        ("100 > amount", Compare("amount", "<", 10_000)),
        ("100 <= amount", Compare("amount", ">=", 10_000)),
        ("weight < -1.5", Compare("weight", "<", -15)),
        ("lat > 52.52", Compare("lat", ">", 52_520_000)),
        ("channel = 'ecom'", Compare("channel", "=", 1)),
        ("channel in ('ecom', 'pos')", OneOf("channel", (1, 0))),
        ("country = 'Germany'", Compare("country", "=", "DE")),
        ("country not in ('de', 'FR')", Not(OneOf("country", ("DE", "FR")))),
        ("merchant_id = 'it''s'", Compare("merchant_id", "=", "it's")),
        ("merchant_id = 7", Compare("merchant_id", "=", "7")),
        ("device_id is null", IsNull("device_id")),
        ("device_id IS NOT NULL", Not(IsNull("device_id"))),
        (
            "amount between 1 and 2",
            All((Compare("amount", ">=", 100), Compare("amount", "<=", 200))),
        ),
        (
            "(amount > 1 or amount < 2) and not amount = 3",
            All(
                (
                    Any((Compare("amount", ">", 100), Compare("amount", "<", 200))),
                    Not(Compare("amount", "=", 300)),
                )
            ),
        ),
    ],
)
def test_a_condition_means_what_sql_means(sql: str, meant: Filter) -> None:
    assert condition(sql) == meant


def test_a_literal_of_money_is_in_major_units_of_the_base_currency() -> None:
    yen = bank(more_top='currency = "JPY"\n', more_filters='x = "amount > 500"\n')
    assert dict(read(yen).filters)["x"] == Compare("amount", ">", 500)


def test_a_field_may_be_called_score_and_then_a_filter_may_see_it() -> None:
    text = bank(
        more_fields='score = { from = "bureau", type = "number", decimals = 0 }\n',
        more_filters='x = "score > 500"\n',
    )
    assert dict(read(text).filters)["x"] == Compare("score", ">", 500)


Event = Mapping[str, int | str | None]


def _holds(test: Filter, event: Event) -> bool:
    match test:
        case Compare(name, operator, wanted):
            return _compare(event[name], operator, wanted)
        case OneOf(name, values):
            return event[name] in values
        case IsNull(name):
            return event[name] is None
        case Not(inner):
            return not _holds(inner, event)
        case All(parts):
            return all(_holds(part, event) for part in parts)
        case Any(parts):
            return any(_holds(part, event) for part in parts)


def _compare(value: int | str | None, operator: str, wanted: int | str) -> bool:
    if value is None:
        return False
    if operator in ("=", "<>"):
        return (value == wanted) == (operator == "=")
    assert isinstance(value, int)
    assert isinstance(wanted, int)
    return {
        "<": value < wanted,
        "<=": value <= wanted,
        ">": value > wanted,
        ">=": value >= wanted,
    }[operator]


def _sql(test: Filter) -> str:
    match test:
        case Compare("amount", operator, int(value)):
            return f"amount {operator} {value / 100:.2f}"
        case Compare(name, operator, value):
            return f"{name} {operator} '{value}'"
        case OneOf(name, values):
            return f"{name} IN ({', '.join(repr(value) for value in values)})"
        case IsNull(name):
            return f"{name} IS NULL"
        case Not(inner):
            return f"NOT ({_sql(inner)})"
        case All(parts):
            return " AND ".join(f"({_sql(part)})" for part in parts)
        case Any(parts):
            return " OR ".join(f"({_sql(part)})" for part in parts)


_LEAVES = st.one_of(
    st.builds(
        Compare,
        st.just("amount"),
        st.sampled_from(["=", "<>", "<", "<=", ">", ">="]),
        st.integers(-300, 300),
    ),
    st.builds(Compare, st.just("merchant_id"), st.sampled_from(["=", "<>"]), st.sampled_from("ab")),
    st.builds(OneOf, st.just("country"), st.sampled_from([("DE",), ("DE", "FR")])),
    st.builds(IsNull, st.sampled_from(["amount", "merchant_id", "country"])),
)
_TREES: st.SearchStrategy[Filter] = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(All, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Any, st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)
_EVENTS = st.fixed_dictionaries(
    {
        "amount": st.none() | st.integers(-300, 300),
        "merchant_id": st.sampled_from([None, "a", "b"]),
        "country": st.sampled_from([None, "DE", "FR", "US"]),
    }
)


@given(_TREES, st.lists(_EVENTS, min_size=1, max_size=5))
def test_a_tree_written_as_sql_is_read_as_a_tree_that_holds_for_the_same_events(
    tree: Filter, events: list[Event]
) -> None:
    read_again = condition(_sql(tree))
    assert [_holds(read_again, event) for event in events] == [_holds(tree, e) for e in events]
