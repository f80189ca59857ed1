"""``profiles import``: accounts and their sign-up times become profile events in the log."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from threading import Event

from fraudstream.codec import Decoder
from fraudstream.config import Settings
from fraudstream.errors import NotReachable, Problem, UsageInvalid
from fraudstream.schema import Preset, layout_of
from fraudstream.wiring.asking import looked_up
from fraudstream.wiring.building import hashing_key
from fraudstream.wiring.importing.composing import Composer, decoded, moment
from fraudstream.wiring.importing.job import Imported, Job, Wanted
from fraudstream.wiring.importing.logs import log_of
from fraudstream.wiring.importing.tables import Row, require_columns, value_of
from fraudstream.wiring.presets import preset_named
from fraudstream.wiring.progress import Progress

__all__ = ["Columns", "import_profiles"]

_EARLIEST = 631_152_000_000
"""1990-01-01, before which no event can lie; an account may be older."""


_ADVICE = "Name them: --account COLUMN --signup COLUMN."


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of the source hold the account and the time; None: by our name or theirs."""

    account: str | None = None
    signup: str | None = None


@dataclass(frozen=True, slots=True)
class _Account:
    """An account as the source says it; ``shown`` is its id as it is stored, ``signup`` UTC ms."""

    given: object
    shown: str
    signup: int
    row: Row


def import_profiles(
    settings: Settings, wanted: Wanted, columns: Columns, stop: Event, progress: Progress
) -> Imported:
    """Write a profile event for each account whose sign-up time the store does not know yet.

    An account that stands in the source twice with the same time is written once; with two times
    both rows are bad. Raises ``InputInvalid`` naming every bad row before anything is written.
    """
    reading = _Reading(preset_named(settings.preset), hashing_key(settings), columns)
    job = Job(wanted, stop, progress)
    accounts, repeated = _gathered(reading, job, settings)
    job.require_good()
    known = {} if wanted.again else _known(settings, list(accounts), progress)
    new = [a for a in accounts.values() if known.get(a.shown) != a.signup]
    additions = [(str(a.given).encode(), reading.message(a), ()) for a in new]
    log = job.write(partial(log_of, settings, wanted.to, settings.kafka.topics.profiles), additions)
    already = len(accounts) - len(new)
    return Imported(log, job.rows, len(new), repeated, already, tuple(job.problems))


def _gathered(reading: _Reading, job: Job, settings: Settings) -> tuple[dict[str, _Account], int]:
    """The accounts by id, and how many rows only repeat one; contradictions are bad rows."""
    accounts: dict[str, _Account] = {}
    contradicted: dict[str, _Account] = {}
    repeated = 0
    for rows in job.pieces(settings):
        for account in reading.accounts(rows, job):
            first = accounts.setdefault(account.shown, account)
            if first.signup != account.signup:
                contradicted[account.shown] = first
                job.problems.append(_contradiction(account, first))
            elif first is not account:
                repeated += 1
    for shown, first in contradicted.items():
        job.problems.append(first.row.problem("another row says another time of the same account"))
        del accounts[shown]
    return accounts, repeated


def _contradiction(account: _Account, first: _Account) -> Problem:
    said = moment(first.signup).isoformat()
    return account.row.problem(f"row {first.row.number} says another time of the account: {said}")


class _Reading:
    """From rows to accounts to messages, by the preset."""

    def __init__(self, preset: Preset, key: bytes, columns: Columns) -> None:
        self._composer, self._decoder = Composer(preset), Decoder(preset, key)
        self._composer.require("profile", ("account_id", "signup_time", "event_time"))
        layout = layout_of(preset)
        self._text = layout.texts.index("account_id")
        self._number = layout.numbers.index("signup_time")
        self._account = self._names(columns.account, "account_id")
        self._signup = self._names(columns.signup, "signup_time")

    def accounts(self, rows: Sequence[Row], job: Job) -> list[_Account]:
        """The accounts of rows; problems are noted in the job."""
        require_columns(rows, (self._account, self._signup), _ADVICE)
        told = [(value_of(row, self._account), value_of(row, self._signup)) for row in rows]
        now, found = int(time.time() * 1000), []
        messages = [self._message(account, signup, _EARLIEST) for account, signup in told]
        read = decoded(self._decoder, messages)
        faults = {reject.offset: reject.detail for reject in read.rejects}
        for event, row in enumerate(read.rows.tolist()):
            signup = int(read.events.numbers[event, self._number])
            shown = read.events.texts.text(event, self._text)
            if told[row][1] is None or shown is None:
                faults[row] = "signup_time is missing"
            elif signup > now:
                faults[row] = f"signup_time {moment(signup).isoformat()} is still to come"
            else:
                found.append(_Account(told[row][0], shown, signup, rows[row]))
        job.problems += [rows[row].problem(faults[row]) for row in sorted(faults)]
        return found

    def message(self, account: _Account) -> bytes:
        """The profile event of an account, dated when it signed up."""
        dated = max(account.signup, _EARLIEST)
        return self._message(account.given, moment(account.signup), dated)

    def _message(self, account: object, signup: object, dated: int) -> bytes:
        values = {"account_id": account, "signup_time": signup, "event_time": moment(dated)}
        return self._composer.message("profile", values)

    def _names(self, said: str | None, ours: str) -> tuple[str, ...]:
        return (said,) if said else (ours, ".".join(self._composer.field(ours).path))


def _known(settings: Settings, accounts: list[str], progress: Progress) -> Mapping[str, int]:
    """Sign-up times that the store has; none where there is no store yet."""
    known: dict[str, int] = {}
    with suppress(NotReachable, UsageInvalid), looked_up(settings) as ask:
        for row in ask("accounts", accounts):
            if row["signup_time"] is not None:
                said = datetime.fromisoformat(row["signup_time"])
                known[row["account_id"]] = round(said.timestamp() * 1000)
                progress("asking the store, accounts", len(known), len(accounts))
    return known
