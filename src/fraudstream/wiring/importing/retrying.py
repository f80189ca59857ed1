"""``rejects retry``: messages that were refused enter the log again, as they were or corrected."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import msgspec

from fraudstream.codec import Decoder
from fraudstream.codec.raw import KEPT_BYTES
from fraudstream.config import Home, Settings
from fraudstream.errors import CheckFailed, Problem, StorageFailed
from fraudstream.events import Reason
from fraudstream.wiring.asking import WholeReject, newest_rejects, whole_reject
from fraudstream.wiring.building import hashing_key
from fraudstream.wiring.importing.composing import decoded
from fraudstream.wiring.importing.logs import Addition, log_of
from fraudstream.wiring.presets import preset_named

__all__ = ["RETRIED_FROM", "Retried", "Retry", "retried_before", "retry_rejects"]

RETRIED_FROM = "retried_from"
"""The header that says where a message was refused."""

_MASKED = re.compile(rb"[*](?:[ -]?[*]){7,}[ -]?[0-9]{4}")
_KNOWN = (Reason.DUPLICATE, Reason.ID_CONFLICT)


@dataclass(frozen=True, slots=True)
class Retry:
    """Which rejects: by their places, or the newest ``limit`` of a ``reason``.

    ``corrected`` are the bytes to send in place of the one that is named. ``again``: also what was
    sent again before. ``skip_bad``: what cannot be sent is named and left out.
    """

    places: Sequence[str] = ()
    reason: str | None = None
    limit: int = 1_000
    corrected: bytes | None = None
    to: str | None = None
    again: bool = False
    skip_bad: bool = False


class Retried(msgspec.Struct, frozen=True):
    """One line of what was sent again: from where, into which log, and the bytes' SHA-256."""

    place: str
    log: str
    at: datetime
    sha256: str
    corrected: bool


def retry_rejects(settings: Settings, wanted: Retry) -> tuple[list[Retried], tuple[Problem, ...]]:
    """Send rejects again; what was sent, and which could not be.

    Each goes back into the topic that it came from, with its key, its headers and one that says its
    place; the home folder's ``retries.jsonl`` notes it, so that it is not sent twice. Raises
    ``CheckFailed`` naming all that would be refused again or is not whole; then none is sent.
    """
    rejects = _found(settings, wanted)
    problems = tuple(_problems(settings, wanted, rejects))
    if problems and not wanted.skip_bad:
        raise CheckFailed(
            f"{len(problems):,} of {len(rejects):,} rejects cannot be sent again; none was.",
            problems,
            "Correct one with --with FILE, or leave these out with --skip-bad.",
        )
    bad = {problem.file for problem in problems}
    good = sorted((r for r in rejects if r.place not in bad), key=lambda reject: reject.source)
    sent: list[Retried] = []
    for topic, some in groupby(good, key=lambda reject: reject.source):
        sent += _sent(settings, wanted, topic, list(some))
    return sent, problems


def retried_before(home: Home) -> dict[str, Retried]:
    """The last time that each reject was sent again, by its place."""
    path = _notes(home)
    lines = path.read_bytes().splitlines() if path.exists() else []
    noted = [msgspec.json.decode(line, type=Retried) for line in lines if line]
    return {one.place: one for one in noted}


def _found(settings: Settings, wanted: Retry) -> list[WholeReject]:
    places = list(wanted.places)
    if not places:
        rows = newest_rejects(settings, wanted.reason, wanted.limit)
        places = [f"{r['source']}:{r['source_partition']}:{r['source_offset']}" for r in rows]
        places.reverse()  # in the order in which they came
    found = [whole_reject(settings, place) for place in places]
    if wanted.corrected is not None:
        return [_with_raw(reject, wanted.corrected) for reject in found]
    return found


def _with_raw(reject: WholeReject, raw: bytes) -> WholeReject:
    return msgspec.structs.replace(reject, raw=raw)


def _problems(
    settings: Settings, wanted: Retry, rejects: Sequence[WholeReject]
) -> Iterator[Problem]:
    """Why rejects cannot be sent again."""
    before = {} if wanted.again else retried_before(Home(settings.home))
    refused = _refused(settings, rejects)
    for reject in rejects:
        why = _unfit(reject) if wanted.corrected is None else None
        if reject.place in before:
            why = f"it was sent again {before[reject.place].at:%Y-%m-%d %H:%M:%S} UTC; --again"
        if why or reject.place in refused:
            yield Problem(
                why or f"it would be refused again: {refused[reject.place]}", reject.place
            )


def _unfit(reject: WholeReject) -> str | None:
    if reject.reason in _KNOWN:
        return "its transaction arrived before, so it would be refused again"
    if len(reject.raw) >= KEPT_BYTES:
        return f"only its first {KEPT_BYTES:,} bytes were kept"
    if _MASKED.search(reject.raw):
        return "card numbers in it were masked"
    return None


def _refused(settings: Settings, rejects: Sequence[WholeReject]) -> dict[str, str]:
    """What the preset, as it is now, says against each message."""
    decoder = Decoder(preset_named(settings.preset), hashing_key(settings))
    read = decoded(decoder, [reject.raw for reject in rejects])
    return {rejects[refusal.offset].place: refusal.detail for refusal in read.rejects}


def _sent(
    settings: Settings, wanted: Retry, topic: str, rejects: Sequence[WholeReject]
) -> list[Retried]:
    log = log_of(settings, wanted.to, topic)
    log.append([_addition(reject) for reject in rejects])
    log.finish()
    now, corrected = datetime.now(UTC), wanted.corrected is not None
    sent = [
        Retried(r.place, log.name, now, hashlib.sha256(r.raw).hexdigest(), corrected)
        for r in rejects
    ]
    _note(Home(settings.home).made(), sent)
    return sent


def _addition(reject: WholeReject) -> Addition:
    headers = [(h["name"], _value(h)) for h in reject.headers if h["name"] != RETRIED_FROM]
    return reject.key, reject.raw, (*headers, (RETRIED_FROM, reject.place.encode()))


def _value(header: dict[str, str]) -> bytes:
    if "value_base64" in header:
        return b64decode(header["value_base64"])
    return header["value"].encode()


def _note(home: Home, sent: Sequence[Retried]) -> None:
    path = _notes(home)
    try:
        with path.open("ab") as file:
            file.write(b"".join(msgspec.json.encode(one) + b"\n" for one in sent))
    except OSError as error:
        raise StorageFailed(
            "The messages are in the log, but that could not be noted.",
            [Problem(error.strerror or str(error), str(path))],
            "Do not send them again.",
        ) from error


def _notes(home: Home) -> Path:
    return home.folder / "retries.jsonl"
