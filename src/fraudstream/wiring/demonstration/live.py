"""The demo's engine: a live bank in, decisions into a store, counts for whoever looks on."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from fraudstream.config import Home
from fraudstream.decisions import Form, Outcome, form_of
from fraudstream.engine import Engine, Fixed, Options, Watcher
from fraudstream.errors import NotReachable
from fraudstream.monitoring import Counts, Metrics
from fraudstream.ports import Entry
from fraudstream.serve import Server
from fraudstream.stores.duckdb import DuckDBStore
from fraudstream.wiring.asking import answer
from fraudstream.wiring.demonstration.alerts import Alert, last_alerts
from fraudstream.wiring.demonstration.bank import LiveBank
from fraudstream.wiring.demonstration.preparing import Prepared
from fraudstream.wiring.demonstration.scorecard import SHOWN_ALERTS, Scorecard

__all__ = ["Live", "start"]

_ANY_PORT = "127.0.0.1:0"


@dataclass(slots=True)
class Live:
    """A demo under way. Read ``card`` within ``lock``: the engine's thread writes it.

    ``commanded`` and ``begun`` are when the user typed the command and when the stream began, by
    the monotonic clock; ``notes`` is what the user should know.
    """

    prepared: Prepared
    stop: threading.Event
    commanded: float
    card: Scorecard
    metrics: Metrics = field(default_factory=Metrics)
    lock: threading.Lock = field(default_factory=threading.Lock)
    begun: float = field(default_factory=time.monotonic)
    ended: float | None = None
    failed: BaseException | None = None
    notes: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """How long the stream has run."""
        return (self.ended or time.monotonic()) - self.begun

    def figures(self) -> dict[str, Any]:
        """What there is to report (docs/reports.md)."""
        with self.lock:
            return self.card.figures(self.seconds, self.prepared.currency)

    def alerts(self) -> list[Alert]:
        """The latest alerts, the newest last."""
        with self.lock:
            return list(self.card.alerts)


@contextmanager
def start(prepared: Prepared, stop: threading.Event, commanded: float) -> Iterator[Live]:
    """Decide the live bank while the block runs, in a thread of its own, into a new store.

    An error there sets ``stop`` and is raised at the end of the block. Whoever calls it holds the
    lock of the demo's folder.
    """
    demo, preset = prepared.demo, prepared.preset
    store_file = Home(demo.home).store
    for old in (store_file, store_file.with_name(f"{store_file.name}.wal")):
        old.unlink(missing_ok=True)
    with ExitStack() as stack:
        store = DuckDBStore(store_file, preset)
        stack.callback(store.close)
        live = Live(prepared, stop, commanded, Scorecard(prepared.minor))
        stack.enter_context(_serving(store, live))
        bank = LiveBank(demo.live, demo.rate)
        options = Options(clock=lambda: bank.now, watcher=_Counting(live, bank, form_of(preset)))
        engine = Engine(Fixed(prepared.program), bank, store, options=options)
        thread = threading.Thread(target=_run, args=(engine, live), daemon=True, name="engine")
        live.begun = time.monotonic()
        thread.start()
        try:
            yield live
        finally:
            stop.set()
            thread.join()
            live.ended = time.monotonic()
    if live.failed is not None:
        raise live.failed


def _run(engine: Engine[Any, Outcome], live: Live) -> None:
    try:
        engine.run(live.stop)
    except BaseException as error:  # raised again where the user is
        live.failed = error
        live.stop.set()


def _serving(store: DuckDBStore, live: Live) -> Server:
    """The server that explain asks; on another port, with a note, where the first is taken."""
    demo, answers = live.prepared.demo, _Answers(store, live)
    if demo.http in ("", "off"):  # a setting of run: here explain has nobody else to ask
        return Server(answers, _ANY_PORT, demo.home)
    try:
        return Server(answers, demo.http, demo.home)
    except NotReachable:
        server = Server(answers, _ANY_PORT, demo.home)
        live.notes += (f"{demo.http} is not free: explain asks {server.address} instead",)
        return server


@dataclass(frozen=True, slots=True)
class _Answers:
    """The demo as its server sees it."""

    store: DuckDBStore
    live: Live

    def answer(self, question: str, arguments: Mapping[str, str]) -> dict[str, Any]:
        reader = self.store.reader()
        try:
            return answer(reader, question, arguments)
        finally:
            reader.close()

    def readiness(self) -> dict[str, Any]:
        return {"ready": not self.live.stop.is_set(), "decisions": self.live.card.transactions}

    def metrics(self) -> bytes:
        return self.live.metrics.expose()


class _Counting(Watcher):
    """Counts every batch against the truth, which the engine never sees."""

    def __init__(self, live: Live, bank: LiveBank, form: Form) -> None:
        self._live, self._bank, self._form = live, bank, form

    def decided(self, entry: Entry, outcome: Outcome, seconds: float, whole: float) -> None:
        """Count a batch."""
        truth = self._bank.truth(outcome.events.offsets)
        alerts = last_alerts(outcome, self._form, SHOWN_ALERTS)
        live, card = self._live, self._live.card
        live.metrics.batch(Counts.of(outcome), seconds, whole)
        with live.lock:
            card.add(outcome, truth, seconds)
            card.alerts.extend(alerts)
            if alerts and card.first_alert is None:
                card.first_alert = round(time.monotonic() - live.commanded, 1)
