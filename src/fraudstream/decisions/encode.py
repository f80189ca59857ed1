"""The decision record: one line of JSON for each decision, the same bytes in every run of a log.

Text that is the same for a whole batch is laid out once as a :class:`Template`; compiled code puts
the values between its pieces. Only the reasons, which alerts alone have, are made in Python.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray

from fraudstream.decisions.form import Form
from fraudstream.decisions.ids import id_column, text_column
from fraudstream.decisions.lines import write_lines
from fraudstream.decisions.outcome import Action, DecidedBy, Flag, Outcome, Reason, Versions
from fraudstream.events import topic_names

__all__ = ["encode", "encode_reasons", "flag_names"]


def encode(outcome: Outcome, form: Form) -> bytes:
    """The outcome's decisions as JSON lines, in row order; docs/decision.md has every key.

    A transaction whose preset has no id is named ``source-partition-offset``.
    """
    if not len(outcome):
        return b""
    template = template_of(form, outcome.source, outcome.versions)
    events = outcome.events
    ids = id_column(events, template.id_column, outcome.source)
    reasons, bounds = _reason_texts(outcome.reasons, len(outcome))
    lines: NDArray[np.uint8] = write_lines(
        (template.text, template.bounds, template.decimals),
        (ids, text_column(events, template.account_column)),
        (events.event_times, events.amounts, events.currencies, events.numbers),
        (events.partitions, events.offsets),
        (outcome.scores, outcome.actions, outcome.costs, outcome.decided_by),
        (outcome.flags, outcome.coverage, reasons, bounds),
    )
    return lines.tobytes()


def encode_reasons(reasons: tuple[Reason, ...]) -> bytes:
    """Reasons as a JSON array; whole values without a decimal point."""
    return _json.encode([_plain(reason) for reason in reasons])


def flag_names(flags: int) -> tuple[str, ...]:
    """Names of the flags that are set, as the record shows them.

    >>> flag_names(5)
    ('late', 'degraded')
    """
    return tuple(str(flag.name).lower() for flag in Flag if flags & flag)


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """The constant text of a record: piece ``k`` is ``text[bounds[k]:bounds[k + 1]]``.

    The pieces between values come first, in order, then the actions, what decides, the sets of
    flags, the currencies after the lack of one, and the source's topics. The columns are those of
    the batch's texts, or -1; ``decimals`` those of the base currency, then of each currency.
    """

    text: NDArray[np.uint8]
    bounds: NDArray[np.int64]
    id_column: int
    account_column: int
    decimals: NDArray[np.int64]


@lru_cache(maxsize=64)
def template_of(form: Form, source: str, versions: Versions) -> Template:
    """The template of all batches with this form, source and versions."""
    pieces = [
        b'{"schema":"decision/1","transaction_id":',
        b',"account_id":',
        b',"event_time":"',
        b'","amount":',
        b',"currency":',
        b',"amount_base":',
        b',"action":',
        b',"decided_by":',
        b',"score":',
        b',"expected_cost":{"approve":',
        b',"review":',
        b',"decline":',
        b'},"reasons":',
        b',"rules":[],"lists":[],"challengers":[],"flags":',
        b',"coverage":',
        b',"versions":%b,"source":{"name":' % _json.encode(versions.as_dict()),
        b',"partition":',
        b',"offset":',
        b"}}\n",
        *(_json.encode(action.name.lower()) for action in Action),
        *(_json.encode(decider.name.lower()) for decider in DecidedBy),
        *(_json.encode(flag_names(flags)) for flags in range(8)),
        b"null",
        *(_json.encode(code) for code, _ in form.currencies),
        *(_json.encode(name) for name in topic_names(source)),
    ]
    decimals = [form.base_decimals, *(count for _, count in form.currencies)]
    return Template(
        text=np.frombuffer(b"".join(pieces), np.uint8),
        bounds=np.cumsum([0, *map(len, pieces)], dtype=np.int64),
        id_column=form.text_column("transaction_id"),
        account_column=form.text_column("account_id"),
        decimals=np.array(decimals, np.int64),
    )


_json = msgspec.json.Encoder()
_NO_REASONS = np.frombuffer(b"[]", np.uint8)


def _reason_texts(
    reasons: Mapping[int, tuple[Reason, ...]], rows: int
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """One buffer of JSON arrays, the first the empty one, and where each row's begins and ends."""
    bounds = np.zeros((rows, 2), np.int64)
    bounds[:, 1] = 2
    if not reasons:
        return _NO_REASONS, bounds
    texts, at = [b"[]"], 2
    for row, its in reasons.items():
        texts.append(encode_reasons(its))
        bounds[row] = at, at + len(texts[-1])
        at += len(texts[-1])
    return np.frombuffer(b"".join(texts), np.uint8), bounds


def _plain(reason: Reason) -> dict[str, str | int | float | None]:
    return {
        "source": reason.source,
        "code": reason.code,
        "value": _whole(reason.value),
        "usual": _whole(reason.usual),
        "weight": reason.weight,
        "text": reason.text,
    }


def _whole(value: float | None) -> int | float | None:
    return int(value) if value is not None and value.is_integer() else value
