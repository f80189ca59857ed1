"""The tables made anew from what was sent agree with the real ones, or show what is wrong."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from tests.recovery.jobs import program

from fraudstream.decisions import Outcome, encode, form_of
from fraudstream.engine import Engine, Fixed
from fraudstream.monitoring import Datasource, Span, panels
from fraudstream.schema import builtin
from fraudstream.simulator import Settings, encode_json, stream
from fraudstream.sinks.memory import MemorySink
from fraudstream.sources.memory import Memory
from fraudstream.stores.postgres import Address, PostgresStore, migrate
from fraudstream.stores.postgres.connecting import connect
from fraudstream.wiring.stacking.answers import ask_database, same
from fraudstream.wiring.stacking.mirror import Sending, is_mirrored, make_mirror
from fraudstream.wiring.stacking.sent import Decisions, Message

NOW = datetime.now(UTC)
SPAN = Span(NOW - timedelta(days=21), NOW + timedelta(days=1), timedelta(hours=6))
PRESET = builtin("payments")
QUERIES = [
    panel
    for panel in panels()
    if panel.datasource is Datasource.POSTGRES and is_mirrored(panel.query)
]
BROKEN = b'{"transaction_id": "cut o'


@cache
def _lines() -> tuple[bytes, ...]:
    """Twenty days of a bank that end now, a broken message and a repeated one."""
    settings = Settings(customers=40, days=20, start=NOW - timedelta(days=20), fraud_share=0.1)
    lines = [line for chunk in stream(settings) for line in encode_json(chunk).splitlines()]
    known = [line for line in lines if b'"known_at":' not in line or _said(line) <= NOW]
    transaction = next(line for line in reversed(known) if b'"kind"' not in line)
    return (*known, BROKEN, transaction)


def _said(line: bytes) -> datetime:
    return datetime.fromisoformat(json.loads(line)["known_at"])


@dataclass(frozen=True)
class Bank:
    """What was sent, what was published, and the database that the engine has written."""

    url: str
    messages: tuple[Message, ...]
    decisions: Decisions

    def compared(self, spoil: str = "select") -> tuple[Sending, list[str]]:
        """What became of the messages, and the panels that disagree, once ``spoil`` was done."""
        with closing(connect(Address.of(self.url))) as session:
            session.execute(spoil.encode())
            with session.transaction(force_rollback=True):
                shown = [ask_database(session, panel, SPAN) for panel in QUERIES]
                sending = make_mirror(session, PRESET, self.messages, self.decisions.by_place)
                expected = [ask_database(session, panel, SPAN) for panel in QUERIES]
        answers = zip(QUERIES, shown, expected, strict=True)
        return sending, [p.title for p, one, other in answers if not same(one, other)]


@pytest.fixture
def bank(postgres: str) -> Bank:
    migrate(Address.of(postgres))
    published: MemorySink[Outcome] = MemorySink()
    with closing(PostgresStore(postgres, PRESET)) as store:
        Engine(Fixed(program()), Memory(_lines()), store, [published]).run()
    decisions = Decisions()
    for _, outcome in published.batches:
        for line in encode(outcome, form_of(PRESET)).splitlines():
            decisions.add(Message("", 0, 0, 0, line, {}))
    at = round(NOW.timestamp() * 1000)
    sent = [
        Message("memory", 0, k, at, line, {"producer": b"attack"})
        for k, line in enumerate(_lines())
    ]
    return Bank(postgres, tuple(sent), decisions)


def test_every_panel_agrees_and_every_message_is_accounted_for(bank: Bank) -> None:
    sending, disagreeing = bank.compared()
    assert disagreeing == []
    sent = [json.loads(line) for line in _lines()[:-2]]
    transactions = sum("kind" not in message for message in sent)
    assert (sending.transactions, sending.stored, sending.rejected) == (
        transactions + 2,
        transactions,
        2,
    )
    assert sending.labels == sum(message.get("kind") == "label" for message in sent)
    assert (sending.lost, sending.doubled, sending.unpublished) == (0, 0, 0)
    assert 0 < sending.attacks_flagged < transactions


def test_the_panels_that_are_compared_show_something(bank: Bank) -> None:
    with closing(connect(Address.of(bank.url))) as session:
        shown = {panel.title: ask_database(session, panel, SPAN) for panel in QUERIES}
    assert [title for title, answer in shown.items() if answer.problem or not answer.rows] == []


ONE = "(select transaction_id from transactions where action <> 'approve' order by 1 limit 1)"


def test_a_transaction_that_is_missing_is_noticed(bank: Bank) -> None:
    sending, disagreeing = bank.compared(f"delete from transactions where transaction_id = {ONE}")
    assert sending.lost == 1
    assert "Alerts and their reasons" in disagreeing or "Value saved" in disagreeing


def test_a_transaction_that_is_there_twice_is_noticed(bank: Bank) -> None:
    sending, disagreeing = bank.compared(
        f"insert into transactions select * from transactions where transaction_id = {ONE}"
    )
    assert sending.doubled == 1
    assert "Value saved" in disagreeing


def test_another_action_than_the_published_one_is_noticed(bank: Bank) -> None:
    _, disagreeing = bank.compared(
        f"update transactions set action = 'approve' where transaction_id = {ONE}"
    )
    assert "Value saved" in disagreeing


def test_a_count_per_minute_that_is_one_too_many_is_noticed(bank: Bank) -> None:
    _, disagreeing = bank.compared(
        "update transactions_minutes set flagged = flagged + 1 where ctid ="
        " (select ctid from transactions_minutes where flagged > 0 limit 1)"
    )
    assert {"Frauds flagged", "Share flagged as fraud", "Where frauds were flagged"} <= set(
        disagreeing
    )


def test_another_country_than_the_one_that_was_sent_is_noticed(bank: Bank) -> None:
    _, disagreeing = bank.compared("update transactions_minutes set country = country || 'X'")
    assert "Frauds flagged by country" in disagreeing


def test_a_label_that_is_missing_is_noticed(bank: Bank) -> None:
    _, disagreeing = bank.compared("delete from labels where is_fraud")
    assert {"Recall", "Precision", "Calibration"} <= set(disagreeing)


def test_a_decision_that_was_not_published_is_counted(bank: Bank) -> None:
    place = next(iter(bank.decisions.by_place))
    del bank.decisions.by_place[place]
    assert bank.compared()[0].unpublished == 1
