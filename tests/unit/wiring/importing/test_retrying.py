"""What was refused enters the log again, as it was or corrected, and leaves a trace."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest
from tests.services.broker import Broker
from tests.unit.wiring.conftest import silent
from tests.unit.wiring.importing.conftest import Bank, payment

from fraudstream.config import Home, Settings
from fraudstream.errors import CheckFailed
from fraudstream.kafka import Cluster, Event, Writer
from fraudstream.serve import ready
from fraudstream.wiring.asking import newest_rejects, one_reject, whole_reject
from fraudstream.wiring.importing.retrying import Retry, retried_before, retry_rejects
from fraudstream.wiring.running import run_stream

RATES = "currency,from,rate\nUSD,2020-01-01,0.5\n"


def euros(number: int) -> dict[str, Any]:
    return {**payment(number), "currency": "EUR"}


@pytest.fixture
def dollars(bank: Bank) -> Bank:
    """A bank without a rate for dollars, which have come."""
    bank.append(
        euros(0),
        {**payment(1), "currency": "USD"},
        {**payment(2), "currency": "USD"},
        {**euros(3), "at": "never"},
        euros(0),
    )
    text = (bank.folder / "few.toml").read_text()
    text = text.replace('from = "money.amount"', 'from = "money.amount", currency = "currency"')
    bank.file("few.toml", text.replace('= "EUR"', '= { base = "EUR", rates = "r.csv" }', 1))
    bank.file("r.csv", "currency,from,rate\nUSD,2030-01-01,0.5\n")
    bank.run()
    return bank


def test_after_a_correction_of_the_preset_they_are_decided(dollars: Bank) -> None:
    asked = dollars.settings()
    with pytest.raises(CheckFailed, match="2 of 2") as refused:
        retry_rejects(asked, Retry(reason="currency_no_rate"))
    assert all("would be refused again" in problem.text for problem in refused.value.problems)
    dollars.file("r.csv", RATES)
    sent, _ = retry_rejects(asked, Retry(reason="currency_no_rate"))
    assert [one.place.rpartition(":")[0] for one in sent] == ["log.jsonl:0"] * 2
    dollars.run()
    decided = dollars.rows("select transaction_id from transactions order by 1")
    assert [row["transaction_id"] for row in decided] == ["tx_0", "tx_1", "tx_2"]
    assert set(retried_before(Home(asked.home))) == {one.place for one in sent}


def test_none_is_sent_twice_unless_that_is_asked_for(dollars: Bank) -> None:
    asked = dollars.settings()
    dollars.file("r.csv", RATES)
    retry_rejects(asked, Retry(reason="currency_no_rate"))
    size = dollars.log.stat().st_size
    with pytest.raises(CheckFailed) as refused:
        retry_rejects(asked, Retry(reason="currency_no_rate"))
    assert "--again" in refused.value.problems[0].text
    assert dollars.log.stat().st_size == size
    assert len(retry_rejects(asked, Retry(reason="currency_no_rate", again=True))[0]) == 2


def test_a_corrected_message_takes_the_place_of_the_bad_one(dollars: Bank) -> None:
    asked = dollars.settings()
    (bad,) = newest_rejects(asked, "time_unparsable", 5)
    place = f"0:{bad['source_offset']}"
    with pytest.raises(CheckFailed, match="1 of 1"):
        retry_rejects(asked, Retry([place], corrected=b"{}"))
    message = json.dumps(euros(3)).encode()
    ((sent,), _) = retry_rejects(asked, Retry([place], corrected=message))
    assert sent.corrected and dollars.log.read_bytes().endswith(message + b"\n")


def test_what_cannot_be_sent_is_named_and_the_rest_can_be(dollars: Bank) -> None:
    asked = dollars.settings()
    dollars.file("r.csv", RATES)
    everything = [f"0:{reject['source_offset']}" for reject in newest_rejects(asked, None, 9)]
    with pytest.raises(CheckFailed, match="2 of 4"):
        retry_rejects(asked, Retry(everything))
    sent, left_out = retry_rejects(asked, Retry(everything, skip_bad=True))
    assert (len(sent), len(left_out)) == (2, 2)
    assert any("arrived before" in problem.text for problem in left_out)


def test_messages_that_were_cut_or_masked_are_not_sent_as_they_are_kept(bank: Bank) -> None:
    long = {**payment(1), "at": "never", "note": "x" * 5_000}
    bank.append(payment(0), long, {**payment(2), "at": "never", "pan": "4111111111111111"})
    bank.run()
    with pytest.raises(CheckFailed, match="2 of 2") as refused:
        retry_rejects(bank.settings(), Retry(reason="time_unparsable"))
    told = sorted(problem.text for problem in refused.value.problems)
    assert told == ["card numbers in it were masked", "only its first 4,096 bytes were kept"]


def topics_settings(bank: Bank, kafka: Broker, topics: list[str]) -> Settings:
    run = {"source": [kafka.url(",".join(topics))], "http": "127.0.0.1:0"}
    control = {"topics": {"control": kafka.topic()}}
    return bank.settings(run=run, kafka=control)


def test_a_message_goes_back_to_its_topic_with_key_headers_and_origin(
    bank: Bank, kafka: Broker
) -> None:
    topics = [kafka.topic(), kafka.topic()]
    asked = topics_settings(bank, kafka, topics)
    poison(kafka, topics[0], b'{"at": 1}', b"acc_1")
    poison(kafka, topics[1], b"\xff", b"\xfe")
    run_until(asked, 2)
    with pytest.raises(CheckFailed, match="a place in 2 topics") as ambiguous:
        one_reject(asked, "0:0")
    assert {p.text for p in ambiguous.value.problems} == {f"{t}:0:0" for t in topics}
    whole = whole_reject(asked, f"{topics[1]}:0:0")
    assert (whole.raw, whole.key) == (b"\xff", b"\xfe")
    assert one_reject(asked, f"{topics[1]}:0:0")["source"] == topics[1]
    fixed = json.dumps(payment(0)).encode()
    retry_rejects(asked, Retry([f"{topics[1]}:0:0"], corrected=fixed))
    sent = kafka.read(topics[1])[-1]
    assert (sent.value, sent.key) == (fixed, b"\xfe")
    assert sent.headers == {"trace": b"\x80", "retried_from": f"{topics[1]}:0:0".encode()}
    assert len(kafka.read(topics[0])) == 1


def poison(kafka: Broker, topic: str, value: bytes, key: bytes) -> None:
    writer = Writer(Cluster(kafka.bootstrap))
    writer.write([Event(topic, value, key, headers=(("trace", b"\x80"),))])
    writer.finish()


def run_until(asked: Settings, rejects: int) -> None:
    """Run until so many rejects are kept."""
    stop = threading.Event()
    engine = threading.Thread(target=run_stream, args=(asked, stop, silent))
    engine.start()
    try:
        while not ready(asked.home) or len(newest_rejects(asked, None, 10)) < rejects:
            assert engine.is_alive()
            time.sleep(0.05)
    finally:
        stop.set()
        engine.join()
