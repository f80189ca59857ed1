"""A preset guessed from a table's header and a sample, every guess marked as one.

What cannot be known is left as a question that ``presets check`` asks again: a date such as
03/04/2026 is never guessed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from fraudstream.schema.reference import CURRENCY_DIGITS
from fraudstream.schema.roles import Roles, currency_in, roles_of
from fraudstream.schema.samples import Column, columns_of

__all__ = ["guess"]

DataFormat = Literal["json", "csv", "parquet"]
_OWNERS = {"account": "account_id", "card": "card_id"}
_SHARED = {
    "merchant": "merchant_id",
    "terminal": "terminal_id",
    "counterparty": "counterparty_id",
    "device": "device_id",
    "ip": "ip",
    "card_bin": "card_bin",
}
_RESERVED = ("hour", "weekday", "weekend", "night")


@dataclass(slots=True)
class _Draft:
    """The text so far, and what the person should look at."""

    roles: Roles
    data: DataFormat
    lines: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, *lines: str) -> None:
        """Append lines."""
        self.lines += lines

    def note(self, text: str) -> None:
        """Say something to the person, in the file and on the screen."""
        shown = _printable(text)
        self.notes.append(shown)
        self.add(f"# {shown}")


def guess(
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    name: str,
    data: DataFormat = "csv",
) -> tuple[str, tuple[str, ...]]:
    """A preset's text, and notes for the person who must check it.

    ``rows`` are cells in the order of ``header``: text of a CSV, values of JSON or Parquet (None
    for what is absent; a name with dots is a path in JSON). A few hundred rows are enough.
    """
    sample = list(rows)
    draft = _Draft(roles_of(columns_of(header, sample)), data)
    draft.add(f"# Guessed from {len(header)} columns of {data}. Each guess is marked: check it.")
    draft.add("preset = 1", f"name = {_quoted(_preset_name(name))}")
    draft.add('timezone = "UTC"                   # guessed: of times without a zone')
    _add_currency(draft)
    _add_inputs(draft, columns_of(header, _transactions(draft.roles, header, sample)))
    _add_input(draft)
    _add_fields(draft)
    _add_entities(draft)
    _add_features(draft)
    _add_labels(draft)
    draft.add("", "[policy]                           # what errors cost you, in major units")
    draft.add("costs = { loss_given_fraud = 1.0, false_decline = 8.00, review = 3.00 }", "")
    return "\n".join(draft.lines), tuple(draft.notes)


def _preset_name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_-")[:48] or "my_bank"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _listed(texts: Iterable[str]) -> str:
    return f"[{', '.join(_quoted(text) for text in texts)}]"


def _path(column: Column, data: DataFormat) -> str:
    """A column's name as a path; a dot within a flat name is no level."""
    if "." in column.source and data != "json":
        return f"[{_quoted(column.source)}]"
    return _quoted(column.source)


def _has(roles: Roles, field_name: str) -> bool:
    return field_name in roles.known


def _owners(roles: Roles) -> list[str]:
    return [entity for entity, name in _OWNERS.items() if _has(roles, name)]


def _shared(roles: Roles) -> list[str]:
    return [entity for entity, name in _SHARED.items() if _has(roles, name)]


def _base(roles: Roles) -> str:
    column, amount = roles.known.get("currency"), roles.known.get("amount")
    if column and column.distinct:
        return column.distinct[0]
    return (currency_in(amount) if amount else None) or "EUR"


def _why_base(roles: Roles) -> str:
    amount = roles.known.get("amount")
    if "currency" in roles.known:
        return "the most frequent one"
    return f"from {amount.source}" if amount and currency_in(amount) else "no column says it"


def _add_currency(draft: _Draft) -> None:
    base, column = _base(draft.roles), draft.roles.known.get("currency")
    why = _why_base(draft.roles)
    draft.add(f'currency = {{ base = "{base}" }}         # guessed: {why}')
    others = [code for code in column.distinct if code != base] if column else []
    if others:
        draft.note(
            f"amounts in {', '.join(others)} are rejected until dated rates are given: "
            'rates = "rates.csv" beside base'
        )


def _transactions(
    roles: Roles, header: Sequence[str], sample: Sequence[Sequence[object]]
) -> list[Sequence[object]]:
    """The rows that are no label, reversal or profile."""
    kind = roles.known.get("kind")
    if kind is None:
        return list(sample)
    at = header.index(kind.source)
    return [row for row in sample if at >= len(row) or row[at] in (None, "", "transaction")]


def _add_inputs(draft: _Draft, said: Sequence[Column]) -> None:
    """A model is given what transactions say, and not what only labels do."""
    absent = {column.source for column in said if not column.values}
    enums = [_enum_name(column) for column in draft.roles.enums if column.source not in absent]
    draft.add(f"inputs = {_listed(['amount', *_RESERVED, *enums])}")


def _enum_name(column: Column) -> str:
    return f"given_{column.name}"[:48] if column.name in _RESERVED else column.name


def _add_input(draft: _Draft) -> None:
    draft.add("", "[input]", f'format = "{draft.data}"')
    if _has(draft.roles, "kind"):
        draft.add('kind = "kind"                      # guessed: by its values')
    draft.add('arrival = "event_time"             # guessed: the file tells no time of arrival')
    draft.add('lateness = "1h"')


def _add_fields(draft: _Draft) -> None:
    draft.add("", "[fields]")
    _add_time(draft)
    _add_amount(draft)
    for name, column in draft.roles.known.items():
        if name not in ("event_time", "amount", "known_at", "signup_time"):
            draft.add(_field_line(name, column, draft.data))
    for name in ("known_at", "signup_time"):
        _add_other_time(draft, name)
    for column in draft.roles.enums:
        values = f"{{ from = {_path(column, draft.data)}, values = {_listed(column.distinct)} }}"
        draft.add(f"{_enum_name(column)} = {values}  # guessed: all values that occur")
    left = [column.source for column in draft.roles.left]
    if left:
        draft.note(
            f"not read, for nothing says what they are: {', '.join(left)}".replace("\n", " ")
        )


def _field_line(name: str, column: Column, data: DataFormat) -> str:
    path = _path(column, data)
    if name == "card_id" and all(len(text) >= 12 for text in column.distinct):
        return f"card_id = {{ from = {path}, hash = true }}  # guessed: a number to be hidden"
    written = f"{{ from = {path} }}" if path.startswith("[") else path
    return f"{name} = {written}  # guessed by name"


def _add_time(draft: _Draft) -> None:
    column = draft.roles.known.get("event_time")
    if column is None:
        draft.note(
            'QUESTION: which column is the time? event_time = { from = "...", format = "..." }'
        )
        return
    path, written = _path(column, draft.data), column.time_format
    if written is None:
        draft.note(f"QUESTION: how is a time such as {_example(column)} written?")
        draft.add(f'event_time = {{ from = {path}, format = "?" }}')
    elif " | " in written:
        draft.note(
            f"QUESTION: is {_example(column)} day first or month first? Keep one of the two."
        )
        draft.add(f"event_time = {{ from = {path}, format = {_quoted(written)} }}")
    else:
        line = f"event_time = {{ from = {path}, format = {_quoted(written)} }}"
        draft.add(f"{line}  # guessed from {_example(column)}")


def _add_other_time(draft: _Draft, name: str) -> None:
    column = draft.roles.known.get(name)
    written = column.time_format if column else None
    if column and written:
        options = f"from = {_path(column, draft.data)}, format = {_quoted(written)}"
        draft.add(f"{name} = {{ {options} }}  # guessed from {_example(column)}")


def _example(column: Column) -> str:
    return _printable(column.texts[0][:40]) if column.values else "(the column is empty)"


def _add_amount(draft: _Draft) -> None:
    column = draft.roles.known.get("amount")
    if column is None:
        draft.note('QUESTION: which column is the amount? amount = "..."')
        return
    options = [f"from = {_path(column, draft.data)}"]
    if _has(draft.roles, "currency"):
        options.append('currency = "currency"')
    if column.decimals > CURRENCY_DIGITS[_base(draft.roles)]:
        options.append('round = "half_even"')
        draft.note(f"amounts have up to {column.decimals} decimals and are rounded to the cent")
    written = f"{{ {', '.join(options)} }}" if options[1:] else options[0].removeprefix("from = ")
    draft.add(f"amount = {written}  # guessed from {_example(column)}")
    if any(number < 0 for number in column.numbers):
        draft.note("some amounts are negative: such messages are rejected")


def _add_entities(draft: _Draft) -> None:
    draft.add("", "[entities]")
    found = {e: n for e, n in (_OWNERS | _SHARED).items() if _has(draft.roles, n)}
    draft.add(*(f'{entity} = "{name}"' for entity, name in found.items()))
    if not found:
        draft.note("no customer, card or merchant was recognised: name one, or nothing is counted")


def _add_features(draft: _Draft) -> None:
    roles = draft.roles
    owners, shared = _owners(roles), _shared(roles)
    if owners:
        _add_block(draft, owners, ["1h", "24h", "7d", "30d"], ["count", "sum(amount)"])
        _add_block(draft, owners, [], _habits(roles, shared))
    if shared:
        counted = [f"distinct({owner})" for owner in owners[:1]]
        frauds = ["fraud_rate over 30d delay 7d"] if _has(roles, "is_fraud") else []
        _add_block(draft, shared, ["1h", "24h", "7d"], ["count", *counted, *frauds])


def _habits(roles: Roles, shared: Sequence[str]) -> list[str]:
    places = ["kmh_from_last over 24h"] if _has(roles, "lat") and _has(roles, "lon") else []
    seen = [*shared[:3], *(["country"] if _has(roles, "country") else [])]
    return [
        "max(amount) over 30d",
        "ratio(amount) over 30d",
        "zscore(amount) over 30d",
        "seconds_since_last over 30d",
        *(f"distinct({entity}) over 24h" for entity in shared[:2]),
        *(f"first_seen({each}) over 90d" for each in seen),
        *places,
    ]


def _add_block(
    draft: _Draft, entities: Sequence[str], windows: Sequence[str], aggregates: Sequence[str]
) -> None:
    draft.add("", "[[features]]", f"entity = {_listed(entities)}")
    if windows:
        draft.add(f"windows = {_listed(windows)}")
    draft.add(f"aggregates = {_listed(aggregates)}")


def _add_labels(draft: _Draft) -> None:
    draft.add("", "[labels]")
    if _has(draft.roles, "kind"):
        draft.add("# labels come as events of their own")
    elif _has(draft.roles, "is_fraud"):
        draft.add('field = "is_fraud"', f"fraud = {_listed(draft.roles.fraud)}")
    else:
        draft.note("no column says what was fraud: give labels in a file of their own")
    draft.add('known_after = "7d"                 # guessed: how long until you know of a fraud')
