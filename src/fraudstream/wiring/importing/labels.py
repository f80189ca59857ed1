"""``labels import``: verdicts by transaction id, completed from the store, into the log."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from threading import Event
from typing import Any

from fraudstream.codec import Decoder
from fraudstream.codec.siphash import hashed_text
from fraudstream.codec.texts import HASHED
from fraudstream.config import Settings
from fraudstream.schema import Preset
from fraudstream.wiring.asking import Lookup, looked_up
from fraudstream.wiring.building import hashing_key
from fraudstream.wiring.importing.composing import Composer, decoded
from fraudstream.wiring.importing.job import AT_ONCE, Imported, Job, Wanted
from fraudstream.wiring.importing.logs import Addition, log_of
from fraudstream.wiring.importing.tables import Row, require_columns, value_of
from fraudstream.wiring.labelling import VERDICTS
from fraudstream.wiring.presets import preset_named
from fraudstream.wiring.progress import Progress

__all__ = ["import_labels"]

_COLUMNS: Mapping[str, Sequence[str]] = {
    "transaction_id": ("transaction_id",),
    "is_fraud": ("is_fraud",),
    "known_at": ("known_at",),
    "label_source": ("label_source", "source"),
    "reason_code": ("reason_code",),
}
_STORED_AS = {"label_source": "source", "reason_code": "reason_code"}


@dataclass(frozen=True, slots=True)
class _Label:
    """A label as the source says it; ``shown`` is its transaction's id as it is stored."""

    shown: str
    fraud: bool
    said: Mapping[str, Any]
    row: Row


def import_labels(settings: Settings, wanted: Wanted, stop: Event, progress: Progress) -> Imported:
    """Write a label event for each verdict that the store does not have yet.

    Event time, amount and entity keys come from the transaction in the store; a label of a
    transaction that is not there is a bad row. Of several rows about one transaction the last one
    counts. Raises ``InputInvalid`` naming every bad row before anything is written.
    """
    preset = preset_named(settings.preset)
    making = _Making(preset, hashing_key(settings))
    job = Job(wanted, stop, progress)
    with looked_up(settings) as ask:
        labels: dict[str, _Label] = {}
        read = 0
        for rows in job.pieces(settings):
            for label in making.labels(rows, job):
                labels[label.shown] = label
                read += 1
        known, additions = 0, list[Addition]()
        for some in _pieces(list(labels.values())):
            progress("asking the store, labels", len(additions) + known, len(labels))
            new = some if wanted.again else _unknown(ask, some)
            known += len(some) - len(new)
            additions += making.additions(ask, new, job)
    job.require_good()
    log = job.write(partial(log_of, settings, wanted.to, settings.kafka.topics.labels), additions)
    repeated = read - len(labels)
    return Imported(log, job.rows, len(additions), repeated, known, tuple(job.problems))


class _Making:
    """From rows to labels to messages, by the preset."""

    def __init__(self, preset: Preset, key: bytes) -> None:
        self._preset, self._key = preset, key
        self._composer, self._decoder = Composer(preset), Decoder(preset, key)
        self._verdict = preset.labels.field or "is_fraud"
        self._composer.require("label", ("transaction_id", "event_time", "amount", self._verdict))
        names = dict.fromkeys(name for _, fields in preset.entities for name in fields)
        self._keys = [name for name in names if name != "transaction_id"]
        self._fraud = {text.lower(): 1 for text in preset.labels.fraud} | VERDICTS

    def labels(self, rows: Sequence[Row], job: Job) -> Iterator[_Label]:
        """What rows say; problems are noted in the job."""
        needed = (_COLUMNS["transaction_id"], _COLUMNS["is_fraud"])
        require_columns(rows, needed, "Name them so; known_at, source, reason_code may be there.")
        for row in rows:
            said = {name: value_of(row, names) for name, names in _COLUMNS.items()}
            verdict = self._fraud.get(str(said.pop("is_fraud")).strip().lower())
            if said["transaction_id"] is None:
                job.problems.append(row.problem("transaction_id is missing"))
            elif verdict is None:
                job.problems.append(row.problem("is_fraud is none of 1, 0, true, false"))
            else:
                shown = self._shown("transaction_id", said["transaction_id"])
                yield _Label(shown, bool(verdict), said, row)

    def additions(self, ask: Lookup, labels: Sequence[_Label], job: Job) -> Iterator[Addition]:
        """Complete messages, read once as the engine will; problems are noted in the job."""
        stored = {row["transaction_id"]: row for row in ask("stored", [la.shown for la in labels])}
        found = [label for label in labels if label.shown in stored]
        for label in labels:
            if label.shown not in stored:
                job.problems.append(label.row.problem("the store has no such transaction"))
        messages = [self._message(label, stored[label.shown]) for label in found]
        faults = {r.offset: r.detail for r in decoded(self._decoder, messages).rejects}
        for k, (label, message) in enumerate(zip(found, messages, strict=True)):
            if k in faults:
                job.problems.append(label.row.problem(faults[k]))
            else:
                yield self._sent(stored[label.shown]), message, ()

    def _message(self, label: _Label, stored: Mapping[str, Any]) -> bytes:
        attributes = json.loads(stored["attributes"] or "{}")
        keys = {name: stored.get(name) or attributes.get(name) for name in self._keys}
        given = {name: self._given(name, value) for name, value in keys.items()}
        event_time = datetime.fromisoformat(stored["event_time"])
        completed = {"event_time": event_time, **self._money(stored), **given}
        said = {**label.said, self._verdict: label.fraud}
        return self._composer.message("label", {**completed, **said})

    def _money(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        if stored["amount"] is None:
            return {}
        currency = stored["currency"] or self._preset.currency.base
        digits = Decimal(1).scaleb(-self._preset.currency.digits.get(currency, 2))
        amount = {"amount": Decimal(str(stored["amount"])).quantize(digits)}
        named = self._composer.field("amount").currency
        return {**amount, **({named: currency} if named else {})}

    def _given(self, name: str, value: Any) -> Any:
        """What is stored as a hash is sent as one."""
        field = self._composer.field(name)
        return f"{HASHED}{value}" if field.hash and value is not None else value

    def _shown(self, name: str, value: Any) -> str:
        text = str(value)
        return hashed_text(self._key, text) if self._composer.field(name).hash else text

    def _sent(self, stored: Mapping[str, Any]) -> bytes:
        """The record's key: labels of an account keep their order."""
        return str(stored.get("account_id") or stored["transaction_id"]).encode()


def _unknown(ask: Lookup, labels: Sequence[_Label]) -> list[_Label]:
    """Those of which the store's latest label says something else, or of which it has none."""
    latest = {row["transaction_id"]: row for row in ask("labelled", [la.shown for la in labels])}
    return [label for label in labels if not _says(latest.get(label.shown), label)]


def _says(stored: Mapping[str, Any] | None, label: _Label) -> bool:
    """Whether a stored label has the verdict, and what else is said of it (but for the time)."""
    if stored is None or stored["is_fraud"] != label.fraud:
        return False
    told = {name: label.said[name] for name in _STORED_AS if label.said[name] is not None}
    return all(stored[_STORED_AS[name]] == str(value) for name, value in told.items())


def _pieces(labels: Sequence[_Label]) -> Iterator[Sequence[_Label]]:
    for at in range(0, len(labels), AT_ONCE):
        yield labels[at : at + AT_ONCE]
