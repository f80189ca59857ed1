"""What is left after a trial, beside what was sent and what a replay of the journal decides."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import TypeVar

import psycopg
from tests.recovery.service.bank import Message, silent
from tests.recovery.service.place import Place
from tests.services.broker import Message as Kept
from tests.services.broker import read_topic

from fraudstream.config import Home
from fraudstream.decisions import Outcome, encode, form_of
from fraudstream.engine import replay
from fraudstream.schema import builtin
from fraudstream.sinks.rejects import encode_rejects
from fraudstream.wiring.champions import chosen
from fraudstream.wiring.outlets import outlets_of
from fraudstream.wiring.places import Opening, open_sink, opened_log
from fraudstream.wiring.replaying import check_log

__all__ = ["decided", "judge"]

Lines = Counter[bytes]
T = TypeVar("T")


def decided(place: Place) -> int:
    """How many transactions are decided."""
    if place.keeps_database:
        return _asked(place, _DECIDED).total()
    return _published(place, "decisions").lines.total()


def judge(place: Place, messages: Iterable[Message]) -> Counter[str]:
    """``decisions``, ``rejects``, and how many of them are lost, doubled, different."""
    sent = {message.name for message in messages if message.name}
    report = Counter(decisions=0, rejects=0, lost=0, doubled=0, different=0)
    decisions, rejects = (_published(place, topic) for topic in ("decisions", "rejects"))
    report["different"] += decisions.contradictions + rejects.contradictions
    report["decisions"], report["rejects"] = decisions.lines.total(), rejects.lines.total()
    _compare(report, Counter(_name(line) for line in decisions.lines.elements()), Counter(sent))
    for found, wanted in zip((decisions, rejects), _replayed(place), strict=True):
        _compare(report, found.lines, wanted)
    if place.keeps_database:
        _compare(report, _asked(place, _DECIDED), Counter[object](sent))
        origins = Counter(map(_origin, rejects.lines.elements()))
        _compare(report, _asked(place, _ORIGINS), origins)
        report["different"] += check_log(place.settings(), threading.Event(), silent).different
    return report


_DECIDED = "select transaction_id from transactions"
_ORIGINS = "select reason, source, source_partition, source_offset from rejects"


def _compare(report: Counter[str], found: Counter[T], wanted: Counter[T]) -> None:
    report["lost"] += len(wanted.keys() - found.keys())
    report["different"] += len(found.keys() - wanted.keys())
    report["doubled"] += sum(max(0, n - wanted[what]) for what, n in found.items() if wanted[what])


def _name(line: bytes) -> str:
    return str(json.loads(line)["transaction_id"])


def _origin(line: bytes) -> object:
    said = json.loads(line)
    return said["reason"], *(said["source"][name] for name in ("name", "partition", "offset"))


def _asked(place: Place, query: str) -> Counter[object]:
    with psycopg.connect(place.database) as session:
        rows = session.execute(query.encode()).fetchall()
    return Counter(row if len(row) > 1 else row[0] for row in rows)


@dataclass
class _Published:
    """What a reader of committed messages sees, copies left out as their headers allow.

    Copies are there under "at least once" only; ``contradictions`` are copies that say other
    things than the first.
    """

    lines: Lines
    contradictions: int


def _published(place: Place, topic: str) -> _Published:
    seen: dict[tuple[bytes, ...], bytes] = {}
    found = _Published(Counter(), 0)
    for message in read_topic(place.bootstrap, place.topic(topic)):
        line, origin = message.value or b"", _source(message)
        if place.kind != "copies" or origin not in seen:
            found.lines[line] += 1
        elif seen[origin] != line:
            found.contradictions += 1
        seen[origin] = line
    return found


def _source(message: Kept) -> tuple[bytes, ...]:
    return tuple(message.headers[name] for name in ("source", "partition", "offset"))


def _replayed(place: Place) -> tuple[Lines, Lines]:
    """The decisions and rejects to which the journal leads."""
    settings, preset = place.settings(), builtin("payments")
    programs, form = chosen(settings, preset), form_of(preset)
    decoder = programs.current().pipeline.extractor.decoder
    opening = Opening(preset, decoder, Home(settings.home).made(), kafka=settings.kafka)
    lines, rejects = Lines(), Lines()
    with (
        closing(open_sink(outlets_of(settings).primary, opening)) as primary,
        opened_log(settings, opening) as source,
    ):
        held = ((entry, b"") for entry in primary.entries(-1))

        def keep(outcome: Outcome) -> bytes:
            lines.update(encode(outcome, form).splitlines())
            rejects.update(encode_rejects(outcome.source, outcome.rejects).splitlines())
            return b""

        assert not list(replay(programs, source, held, keep))
    return lines, rejects
