"""All about one decision, from its stored row: as figures for programs and in words for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from fraudstream.decisions.table import TEXT_COLUMNS

__all__ = ["figures_of", "in_words"]

Row = Mapping[str, Any]

_AS_THEY_ARE = (
    "transaction_id",
    "account_id",
    "event_time",
    "amount",
    "currency",
    "amount_base",
    "action",
    "decided_by",
    "score",
    "flags",
    "coverage",
    "kernel",
    "features_version",
    "model_version",
    "policy_version",
    "rules_version",
    "lists_version",
    "source",
    "source_partition",
    "source_offset",
    "batch",
    "batch_row",
    "epoch",
    "as_of",
    "record_time",
    "decided_at",
    "latency_us",
)
_JSON = ("expected_cost", "reasons", "rules", "lists", "challengers")
_KEYS = ("approve", "review", "decline", "source", "code", "value", "usual", "weight", "text")
_OF_A_LABEL = ("is_fraud", "source", "reason_code", "known_at", "arrived_at")


def figures_of(row: Row, labels: Sequence[Row] = ()) -> dict[str, Any]:
    """A stored decision and its labels (the latest first) as plain values, times in ISO form.

    ``fields`` is what the message said besides; ``features`` lists every feature with its value
    (``None`` where missing) and its meaning. Keys are documented in docs/decision.md.
    """
    return (
        {key: _plain(row[key]) for key in _AS_THEY_ARE}
        | {key: _ordered(msgspec.json.decode(row[key])) for key in _JSON}
        | {"fields": _fields(row), "features": _features(row)}
        | {"labels": [{key: _plain(label[key]) for key in _OF_A_LABEL} for label in labels]}
    )


def in_words(figures: Row) -> str:
    """The same for a person: what, why, what it was weighed against, what made it, what came since.

    Features that say nothing (0 or missing) are left out.
    """
    return "\n".join(_lines(figures))


def _plain(value: Any) -> Any:
    match value:
        case Decimal():
            return float(value)
        case datetime():
            return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case _:
            return value


def _ordered(value: Any) -> Any:
    """With the keys in the order of the decision record, whichever a database keeps them in."""
    if isinstance(value, list):
        return [_ordered(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {key: value[key] for key in sorted(value, key=_place)}


def _place(key: str) -> tuple[int, str]:
    return (_KEYS.index(key) if key in _KEYS else len(_KEYS)), key


def _fields(row: Row) -> dict[str, Any]:
    own = {name: _plain(row[name]) for name in (*TEXT_COLUMNS, "lat", "lon")}
    attributes = msgspec.json.decode(row["attributes"]) if row["attributes"] else {}
    return {
        name: value
        for name, value in (own | attributes).items()
        if value is not None and name != "account_id"
    }


def _features(row: Row) -> list[dict[str, Any]]:
    names = row["feature_names"] or [f"feature {k}" for k in range(1, len(row["features"]) + 1)]
    meanings = row["feature_meanings"] or [""] * len(names)
    return [
        {"name": name, "value": value, "meaning": meaning}
        for name, value, meaning in zip(names, row["features"], meanings, strict=True)
    ]


def _lines(said: Row) -> Iterator[str]:
    yield f"{said['transaction_id']}: {said['action']}, decided by {said['decided_by']}"
    yield (
        f"{_money(said['amount'], said['currency'])} at {said['event_time']}, "
        f"account {said['account_id'] or 'unknown'}"
    )
    yield from _section("Said", [f"{name} {value}" for name, value in said["fields"].items()])
    yield f"Probability of fraud {100 * said['score']:.4f} %"
    yield from _section("Expected cost", _costs(said))
    yield from _section("Why", [_reason(reason) for reason in said["reasons"]])
    yield from _section("Circumstances", _circumstances(said))
    yield from _section("The model saw", [_feature(f) for f in said["features"] if f["value"]])
    yield from _section("Made by", _makers(said))
    yield from _section("Since then", [_label(label) for label in said["labels"]] or ["no label"])


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f"{title}:"
        yield from (f"  {line}" for line in lines)


def _money(amount: float | None, currency: str | None) -> str:
    return "unknown amount" if amount is None else f"{amount:,.2f} {currency or ''}".rstrip()


def _costs(said: Row) -> list[str]:
    costs = said["expected_cost"].items()
    return [f"{action:<8}{cost:>14,.2f}{_mark(action, said)}" for action, cost in costs]


def _mark(action: str, said: Row) -> str:
    return "  <- chosen" if action == said["action"] else ""


def _reason(reason: Row) -> str:
    return f"{reason['text']}  ({reason['weight']:+.2f})" if reason["weight"] else reason["text"]


def _circumstances(said: Row) -> list[str]:
    flags = [flag.replace("_", " ") for flag in said["flags"]]
    seen = f"{100 * said['coverage']:.0f} % of the longest window had been seen"
    return [*flags, seen]


def _feature(feature: Row) -> str:
    meaning = f"  {feature['meaning']}" if feature["meaning"] else ""
    return f"{feature['name']} = {feature['value']:.6g}{meaning}"


def _makers(said: Row) -> list[str]:
    makers = ("kernel", "features_version", "model_version", "policy_version", "rules_version")
    named = [f"{key.removesuffix('_version')} {said[key]}" for key in makers if said[key]]
    place = f"{said['source']}, partition {said['source_partition']}"
    return [
        ", ".join(named),
        f"from {place}, offset {said['source_offset']}, batch {said['batch']}",
    ]


def _label(label: Row) -> str:
    verdict = "confirmed fraud" if label["is_fraud"] else "confirmed as good"
    source = f" by {label['source']}" if label["source"] else ""
    reason = f" ({label['reason_code']})" if label["reason_code"] else ""
    return f"{verdict}{source}{reason}, known {label['known_at']}"
