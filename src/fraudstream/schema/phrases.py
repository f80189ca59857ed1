"""Features in plain words: what one means, and what a value of it says about an event.

Both are for people who never saw the preset: analysts reading an alert, auditors reading
``presets show``.
"""

from __future__ import annotations

from dataclasses import dataclass

from fraudstream.schema.durations import SECOND
from fraudstream.schema.features import Aggregate, Function, Input, InputFunction
from fraudstream.schema.preset import Preset
from fraudstream.schema.words import (
    Words,
    duration_words,
    figure,
    plural,
    said,
    span_words,
    words_of,
)

__all__ = ["Description", "describe", "explain_value", "phrase"]

_PLAIN = Words()
_USERS = ("device", "ip", "terminal", "card", "card_bin")
"""What accounts use, rather than what uses something itself."""
_ADJECTIVES = {
    Function.SUM: "total",
    Function.MEAN: "average",
    Function.STD: "spread of",
    Function.MIN: "smallest",
    Function.MAX: "largest",
}
_SINCE = {
    Function.SECONDS_SINCE_LAST: "previous transaction",
    Function.SECONDS_SINCE_FIRST: "first transaction",
    Function.SECONDS_SINCE_LAST_FRAUD: "last confirmed fraud",
    Function.SECONDS_SINCE_FIRST_FRAUD: "first confirmed fraud",
}
_INPUTS = {
    InputFunction.HOUR: "hour of the day",
    InputFunction.WEEKDAY: "day of the week, Monday is 0",
    InputFunction.WEEKEND: "1 on Saturday and Sunday, else 0",
    InputFunction.NIGHT: "1 from midnight to 6:59, else 0",
}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Description:
    """One feature for a reader; ``entity``, ``window`` and ``filter`` are empty for an input."""

    name: str
    entity: str
    window: str
    filter: str
    meaning: str


def describe(preset: Preset) -> tuple[Description, ...]:
    """Every feature of a preset, in the order of the feature vector."""
    words = words_of(preset)
    inputs = [Description(f.name, f.entity or "", "", "", phrase(f, words)) for f in preset.inputs]
    features = [
        Description(f.name, f.entity, duration_words(f.window), f.filter or "", phrase(f, words))
        for f in preset.features
    ]
    return (*inputs, *features)


def phrase(feature: Aggregate | Input, words: Words = _PLAIN) -> str:
    """What a feature means.

    >>> phrase(Aggregate("n", "device", Function.DISTINCT, 3_600_000, field="account_id"))
    'accounts that used this device in the hour before'
    """
    if isinstance(feature, Input):
        return _input_meaning(feature, words)
    match feature.function:
        case Function.FIRST_SEEN:
            pair = f"this {_owner(feature, words)} was not seen with this {_argument(feature)}"
            return f"1 if {pair} {span_words(feature)}, else 0"
        case Function.RATIO:
            return f"{_argument(feature)} as a multiple of {_average(feature, words)}"
        case Function.ZSCORE:
            average = _average(feature, words)
            return f"{_argument(feature)} in standard deviations above {average}"
        case Function.FRAUD_RATE:
            return f"share of the {_transactions(feature, words)} confirmed as fraud"
        case Function.KM_FROM_LAST | Function.KMH_FROM_LAST:
            unit = "km" if feature.function is Function.KM_FROM_LAST else "km/h"
            return f"{unit} from the previous place of this {_owner(feature, words)}"
        case function if function in _SINCE:
            return f"seconds since {_moment(feature, words)} {span_words(feature)}"
        case _:
            return _amount_of(feature, words, "")


def explain_value(
    feature: Aggregate | Input, value: float | None, usual: float | None, words: Words = _PLAIN
) -> str:
    """What a value says about an event, and what is usual; ``None`` where there is no value.

    >>> shared = Aggregate("n", "device", Function.DISTINCT, 3_600_000, field="account_id")
    >>> explain_value(shared, 6, 1)
    '6 accounts used this device in the hour before; usually 1'
    """
    if value is None:
        return _absent(feature, words)
    said_so = _input_said(feature, value, words) if isinstance(feature, Input) else ""
    if isinstance(feature, Aggregate):
        said_so = _aggregate_said(feature, value, words)
    compared = "" if usual is None else _usual(feature, usual, words)
    return f"{said_so}; usually {compared}" if compared else said_so


def _owner(feature: Aggregate, words: Words) -> str:
    return words.entity(feature.entity)


def _argument(feature: Aggregate) -> str:
    return said(feature.field or "")


def _transactions(feature: Aggregate, words: Words, noun: str = "transactions") -> str:
    which = f" ({said(feature.filter)})" if feature.filter else ""
    return f"{noun}{which} of this {_owner(feature, words)} {span_words(feature)}"


def _average(feature: Aggregate, words: Words) -> str:
    which = f" ({said(feature.filter)})" if feature.filter else ""
    return f"the average of this {_owner(feature, words)}{which} {span_words(feature)}"


def _moment(feature: Aggregate, words: Words) -> str:
    which = f" ({said(feature.filter)})" if feature.filter else ""
    return f"the {_SINCE[feature.function]}{which} of this {_owner(feature, words)}"


def _amount_of(feature: Aggregate, words: Words, value: str) -> str:
    """Counts and sums: the same words with a value in them or without."""
    lead, one = (f"{value} ", value == "1") if value else ("", False)
    match feature.function:
        case Function.COUNT:
            return lead + _transactions(feature, words, "transaction" if one else "transactions")
        case Function.FRAUD_COUNT:
            noun = "confirmed fraud" if one else "confirmed frauds"
            return lead + _transactions(feature, words, noun)
        case Function.DISTINCT:
            return lead + _distinct(feature, words, one, bool(value))
        case _:
            which = f" ({said(feature.filter)})" if feature.filter else ""
            name = f"{_ADJECTIVES[feature.function]} {_argument(feature)}"
            owner = f"for this {_owner(feature, words)}{which} {span_words(feature)}"
            return f"{name} {lead}{owner}"


def _distinct(feature: Aggregate, words: Words, one: bool, sentence: bool) -> str:
    noun = _argument(feature) if one else plural(_argument(feature))
    which = f" ({said(feature.filter)})" if feature.filter else ""
    tail = f"this {_owner(feature, words)}{which} {span_words(feature)}"
    if feature.entity in _USERS and feature.field != "country":
        return f"{noun} {'used' if sentence else 'that used'} {tail}"
    return f"different {noun} of {tail}" if not one else f"{noun} of {tail}"


def _aggregate_said(feature: Aggregate, value: float, words: Words) -> str:
    owner = _owner(feature, words)
    match feature.function:
        case Function.FIRST_SEEN if value >= 0.5:
            within = duration_words(feature.window)
            return (
                f"first time in {within} that this {owner} is seen with this {_argument(feature)}"
            )
        case Function.FIRST_SEEN:
            return f"this {owner} was seen with this {_argument(feature)} {span_words(feature)}"
        case Function.RATIO:
            return f"{_argument(feature)} {figure(value)} times {_average(feature, words)}"
        case Function.ZSCORE:
            side = "above" if value >= 0 else "below"
            distance = figure(abs(round(value, 1)))
            far = f"{distance} standard deviation{'' if distance == '1' else 's'} {side}"
            return f"{_argument(feature)} {far} {_average(feature, words)}"
        case Function.FRAUD_RATE:
            which = _transactions(feature, words)
            return f"{_share(value)} of the {which} were confirmed as fraud"
        case Function.KM_FROM_LAST | Function.KMH_FROM_LAST:
            return f"{_figure_of(feature, value, words)} from the previous place of this {owner}"
        case function if function in _SINCE:
            return f"{_figure_of(feature, value, words)} since {_moment(feature, words)}"
        case _:
            return _amount_of(feature, words, _figure_of(feature, value, words))


def _figure_of(feature: Aggregate, value: float, words: Words) -> str:
    """A value with its unit."""
    if feature.function in _SINCE:
        return duration_words(max(value, 0.0) * SECOND)
    if feature.function in _ADJECTIVES:
        return words.amount(feature.field or "", value)
    match feature.function:
        case Function.FRAUD_RATE:
            return _share(value)
        case Function.KM_FROM_LAST:
            return f"{figure(round(value))} km"
        case Function.KMH_FROM_LAST:
            return f"{figure(round(value))} km/h"
        case _:
            return figure(value)


def _usual(feature: Aggregate | Input, usual: float, words: Words) -> str:
    if isinstance(feature, Aggregate):
        if feature.function is Function.FIRST_SEEN:
            return ""
        return _figure_of(feature, usual, words)
    if feature.function is InputFunction.NUMBER:
        return words.amount(feature.field or "", usual)
    return _days(usual) if feature.function is InputFunction.AGE_DAYS else ""


def _absent(feature: Aggregate | Input, words: Words) -> str:
    if isinstance(feature, Input):
        return f"{_input_meaning(feature, words)}: not known"
    owner = _owner(feature, words)
    if feature.function is Function.FIRST_SEEN:
        return f"no {_argument(feature)} given"
    if feature.function in (Function.RATIO, Function.ZSCORE):
        return f"too little history of this {owner} {span_words(feature)}"
    if feature.function in (Function.KM_FROM_LAST, Function.KMH_FROM_LAST):
        return f"no earlier place of this {owner} {span_words(feature)}"
    fraud = "fraud" in feature.function and feature.function is not Function.FRAUD_RATE
    return f"no {_transactions(feature, words, 'confirmed fraud' if fraud else 'transaction')}"


def _input_meaning(feature: Input, words: Words) -> str:
    if feature.function is InputFunction.AGE_DAYS:
        return f"days since {_profile_time(feature, words)}"
    return _INPUTS.get(feature.function) or said(feature.field or feature.name)


def _input_said(feature: Input, value: float, words: Words) -> str:
    name = feature.field or ""
    match feature.function:
        case InputFunction.NUMBER:
            return f"{said(name)} {words.amount(name, value)}"
        case InputFunction.CODE:
            values = words.values.get(name, ())
            known = 0 <= value < len(values)
            return f"{said(name)} {values[int(value)] if known else figure(value)}"
        case InputFunction.HOUR:
            return f"at {int(value):02d}:{int(value % 1 * 60):02d}"
        case InputFunction.WEEKDAY:
            return f"on a {_DAYS[int(value) % 7]}"
        case InputFunction.WEEKEND:
            return "at the weekend" if value else "on a working day"
        case InputFunction.NIGHT:
            return "at night" if value else "not at night"
        case InputFunction.AGE_DAYS:
            return f"{_days(value)} since {_profile_time(feature, words)}"


def _profile_time(feature: Input, words: Words) -> str:
    return f"the {said(feature.field or '')} of this {words.entity(feature.entity or '')}"


def _days(value: float) -> str:
    whole = figure(round(value))
    return f"{whole} day{'' if whole == '1' else 's'}"


def _share(value: float) -> str:
    return f"{figure(round(value * 100, 2))} %"
