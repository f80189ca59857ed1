"""A demo under way: it decides, answers, ends when asked, and says so when it fails."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fraudstream.errors import StorageFailed
from fraudstream.serve import ask
from fraudstream.wiring.demonstration import Live, Prepared, start
from fraudstream.wiring.demonstration.learning import Warm


def asked(home: Path, transaction: str) -> dict[str, Any]:
    return ask(home, "explain", {"transaction_id": transaction}, nobody)


def nobody() -> dict[str, Any]:
    raise AssertionError("the demo does not answer")


def until_alerted(live: Live) -> None:
    while not live.alerts():
        assert not live.stop.wait(0.05), live.failed


def test_an_alert_that_is_shown_can_be_explained_at_once(learned: Prepared) -> None:
    with start(learned, threading.Event(), time.monotonic()) as live:
        until_alerted(live)
        alert = live.alerts()[-1]
        told = asked(learned.demo.home, alert.transaction)
        assert (told["transaction_id"], told["action"]) == (alert.transaction, alert.action)
        assert told["reasons"][0]["text"] == alert.reason
    figures = live.figures()
    assert figures["seconds_to_first_alert"] > 0
    assert figures == live.figures(), "nothing moves after the end"


def test_a_port_in_use_is_said_and_another_one_taken(learned: Prepared) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        demo = replace(learned.demo, http=address)
        with start(replace(learned, demo=demo), threading.Event(), time.monotonic()) as live:
            until_alerted(live)
            assert asked(demo.home, live.alerts()[-1].transaction)
    (said,) = live.notes
    assert said.startswith(f"{address} is not free")


def test_what_stops_the_engine_stops_the_demo_and_is_raised(
    learned: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StorageFailed("the disk is full")

    monkeypatch.setattr(Warm, "step", full)
    with (
        pytest.raises(StorageFailed, match="the disk is full"),
        start(learned, threading.Event(), time.monotonic()) as live,
    ):
        assert live.stop.wait(30)
