from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.decisions.outcomes import NOON, PRESET, Row, outcome_of, with_flags

from fraudstream.decisions.encode import encode
from fraudstream.decisions.form import form_of
from fraudstream.decisions.outcome import Action, DecidedBy, Outcome
from fraudstream.events import MISSING

FORM = form_of(PRESET)
DIGITS = {"EUR": 2, "JPY": 0, "KWD": 3}

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
rows = st.builds(
    Row,
    transaction_id=st.none() | texts,
    account_id=st.none() | texts,
    event_time=st.integers(-62_135_596_800_000, 253_402_300_799_999),
    amount=st.integers(0, 10**12),
    currency=st.sampled_from(list(DIGITS)),
    partition=st.integers(0, 2**16 - 1),
    offset=st.integers(0, 2**63 - 1),
)
# neither a topic nor a file has the slash in its name that joins those of several
sources = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/"), max_size=40)
batches = st.lists(st.tuples(rows, st.integers(0, 1_000_000)), min_size=1, max_size=5)


def fixed(value: int, decimals: int) -> str:
    whole, rest = divmod(value, 10**decimals)
    return f"{whole}.{rest:0{decimals}}" if decimals else str(whole)


def plain_line(outcome: Outcome, row: Row, i: int, flags: list[str], coverage: str) -> str:
    """The record in a few plain lines: what the compiled writer must agree with byte by byte."""
    said = row.transaction_id
    time = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=row.event_time)
    costs = [fixed(int(cost), 2) for cost in outcome.costs[i]]
    made = f"{outcome.source}-{row.partition}-{row.offset}"
    reasons = [
        {
            "source": reason.source,
            "code": reason.code,
            "value": int(reason.value or 0),
            "usual": int(reason.usual or 0),
            "weight": reason.weight,
            "text": reason.text,
        }
        for reason in outcome.reasons.get(i, ())
    ]
    record: dict[str, str] = {
        "schema": '"decision/1"',
        "transaction_id": quoted(made if said is None else said),
        "account_id": quoted(row.account_id),
        "event_time": f'"{time.year:04}-{time:%m-%dT%H:%M:%S}.{time.microsecond // 1000:03}Z"',
        "amount": fixed(row.amount, DIGITS[row.currency]),
        "currency": quoted(row.currency),
        "amount_base": fixed(row.amount, 2),
        "action": quoted(Action(outcome.actions[i]).name.lower()),
        "decided_by": quoted(DecidedBy(outcome.decided_by[i]).name.lower()),
        "score": fixed(int(outcome.scores[i]), 6),
        "expected_cost": f'{{"approve":{costs[0]},"review":{costs[1]},"decline":{costs[2]}}}',
        "reasons": compact(reasons),
        "rules": "[]",
        "lists": "[]",
        "challengers": "[]",
        "flags": compact(flags),
        "coverage": coverage,
        "versions": compact(outcome.versions.as_dict()),
        "source": compact(
            {"name": outcome.source, "partition": row.partition, "offset": row.offset}
        ),
    }
    return "{" + ",".join(f'"{key}":{value}' for key, value in record.items()) + "}\n"


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


quoted = compact


@given(batches, sources)
def test_every_record_is_what_a_plain_encoder_writes(
    batch: list[tuple[Row, int]], source: str
) -> None:
    outcome = outcome_of([row for row, _ in batch], [score for _, score in batch], source=source)
    lines = [plain_line(outcome, row, i, [], "1.0") for i, (row, _) in enumerate(batch)]
    assert encode(outcome, FORM).decode() == "".join(lines)


@given(batches)
def test_every_line_is_json_that_gives_the_ids_back(batch: list[tuple[Row, int]]) -> None:
    outcome = outcome_of([row for row, _ in batch], [score for _, score in batch])
    records = [json.loads(line) for line in encode(outcome, FORM).split(b"\n")[:-1]]
    for record, (row, score) in zip(records, batch, strict=True):
        made = f"raw_transactions-{row.partition}-{row.offset}"
        assert record["transaction_id"] == (
            made if row.transaction_id is None else row.transaction_id
        )
        assert record["account_id"] == row.account_id
        assert record["score"] == score / 1_000_000


@given(batches)
def test_a_decision_is_the_same_bytes_alone_as_in_a_batch(batch: list[tuple[Row, int]]) -> None:
    alone = [encode(outcome_of([row], [score]), FORM) for row, score in batch]
    together = outcome_of([row for row, _ in batch], [score for _, score in batch])
    assert encode(together, FORM) == b"".join(alone)


def test_a_decision_reads_as_documented() -> None:
    row = Row("tx_000482913", "acc_10442", partition=3, offset=99_120)
    outcome = with_flags(outcome_of([row], [931_200]), flags=1, coverage=0.1234)
    assert encode(outcome, FORM).decode() == (
        '{"schema":"decision/1","transaction_id":"tx_000482913","account_id":"acc_10442",'
        '"event_time":"2026-11-24T13:00:05.120Z","amount":512.30,"currency":"EUR",'
        '"amount_base":512.30,"action":"decline","decided_by":"model","score":0.931200,'
        '"expected_cost":{"approve":477.05,"review":3.00,"decline":0.55},"reasons":['
        '{"source":"model","code":"account_count_1h","value":6,"usual":1,"weight":1.82,'
        '"text":"account_count_1h is 6.0; usually 1.0"}],"rules":[],"lists":[],"challengers":[],'
        '"flags":["late"],"coverage":0.1234,"versions":{"kernel":"0.1.0","features":"a81c09d2",'
        '"model":"7","policy":"c01d77ab","rules":null,"lists":null},'
        '"source":{"name":"raw_transactions","partition":3,"offset":99120}}\n'
    )


def test_coverage_is_all_only_when_it_is_all() -> None:
    outcome = outcome_of([Row()], [0])
    assert b'"coverage":0.9999,' in encode(with_flags(outcome, 0, 0.999999), FORM)
    assert b'"coverage":0.0000,' in encode(with_flags(outcome, 0, 0.0), FORM)


def test_coverage_in_ten_thousandths_is_written_as_it_is() -> None:
    rows = 10_000
    outcome = outcome_of([Row()] * rows, [0] * rows)
    outcome.coverage[:] = np.arange(rows) / 10_000
    written = [json.loads(line)["coverage"] for line in encode(outcome, FORM).splitlines()]
    assert written == outcome.coverage.tolist()


def test_every_set_of_flags_is_named() -> None:
    outcome = outcome_of([Row()], [0])
    for flags, names in (
        (2, ["too_late"]),
        (5, ["late", "degraded"]),
        (7, ["late", "too_late", "degraded"]),
    ):
        assert json.loads(encode(with_flags(outcome, flags, 1.0), FORM))["flags"] == names


def test_an_amount_that_a_message_does_not_carry_is_null() -> None:
    outcome = outcome_of([Row(event_time=NOON)], [0])
    outcome.events.amounts[0] = MISSING
    assert json.loads(encode(outcome, FORM))["amount"] is None


def test_a_missing_currency_is_null() -> None:
    outcome = outcome_of([Row()], [0])
    outcome.events.currencies[0] = -1
    assert json.loads(encode(outcome, FORM))["currency"] is None


def test_days_at_the_edges_of_months_and_centuries_are_written_as_the_calendar_has_them() -> None:
    years = [1, 4, 100, 399, 400, 401, 1899, 1900, 1970, 1999, 2000, 2001, 2024, 2100, 2400, 9999]
    edges = [(1, 1), (2, 28), (3, 1), (12, 31)]
    days = [datetime(year, *edge, tzinfo=UTC) for year in years for edge in edges]
    days += [day + timedelta(days=1) for day in days[:-1]]
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    rows = [Row(event_time=(day - epoch) // timedelta(milliseconds=1)) for day in days]
    lines = encode(outcome_of(rows, [0] * len(rows)), FORM).splitlines()
    written = [json.loads(line)["event_time"] for line in lines]
    assert written == [f"{day.year:04}-{day:%m-%d}T00:00:00.000Z" for day in days]


def test_ids_of_nothing_but_escapes_have_room() -> None:
    rows = [Row("\x01" * 9_000, '"' * 9_000)] * 3
    lines = encode(outcome_of(rows, [0, 0, 0]), FORM).splitlines()
    assert [json.loads(line)["transaction_id"] for line in lines] == ["\x01" * 9_000] * 3


def test_no_decisions_are_no_lines() -> None:
    assert encode(outcome_of([], []), FORM) == b""
