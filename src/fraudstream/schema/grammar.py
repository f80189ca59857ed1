"""One written aggregate: ``AGG[(ARG)] [where FILTER] [over WINDOW] [delay D]``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fraudstream.schema.durations import LONGEST, duration_ms, duration_text
from fraudstream.schema.features import Function
from fraudstream.schema.nearest import did_you_mean

__all__ = ["OVER_NUMBERS", "OVER_VALUES", "Written", "Wrong", "feature_name", "parse_aggregate"]

OVER_NUMBERS = frozenset(
    {
        Function.SUM,
        Function.MEAN,
        Function.STD,
        Function.MIN,
        Function.MAX,
        Function.RATIO,
        Function.ZSCORE,
    }
)
OVER_VALUES = frozenset({Function.DISTINCT, Function.FIRST_SEEN})

_SHAPE = re.compile(
    r"\s*(?P<function>\w+)"
    r"\s*(?P<brackets>\(\s*(?P<argument>\w*)\s*\))?"
    r"(?:\s+where\s+(?P<filter>\w+))?"
    r"(?:\s+over\s+(?P<window>\S+))?"
    r"(?:\s+delay\s+(?P<delay>\S+))?\s*"
)
_GRAMMAR = "AGG(ARG) where FILTER over WINDOW delay D"


class Wrong(ValueError):
    """What is wrong with a written aggregate, and how many characters into it."""

    def __init__(self, text: str, within: int = 0) -> None:
        super().__init__(text)
        self.within = within


@dataclass(frozen=True, slots=True)
class Written:
    """An aggregate as its author wrote it; ``window`` is None where the block's windows apply.

    ``marks`` says how many characters into the text the argument and the filter begin.
    """

    function: Function
    argument: str | None
    filter: str | None
    window: int | None
    delay: int
    marks: tuple[int, int] = (0, 0)


def parse_aggregate(text: str) -> Written:
    """Read one aggregate; :class:`Wrong` says what to write instead.

    >>> parse_aggregate("count where ecom over 24h").window
    86400000
    """
    found = _SHAPE.fullmatch(text)
    if not found:
        raise Wrong(_advice(text))
    function = _function(found)
    window, delay = _duration(found, "window", 1_000), _duration(found, "delay", 0)
    return Written(
        function,
        found["argument"] or None,
        found["filter"],
        window,
        delay or 0,
        (max(found.start("argument"), 0), max(found.start("filter"), 0)),
    )


def _advice(text: str) -> str:
    if re.search(r"\bwhere\b.*[=<>']", text):
        return "a condition needs a name: write it under [filters] and use its name after where"
    return f'"{text}" is not an aggregate; write {_GRAMMAR}, for example sum(amount) over 24h'


def _function(found: re.Match[str]) -> Function:
    name, at = found["function"], found.start("function")
    if name not in tuple(Function):
        raise Wrong(f'unknown aggregate "{name}"{did_you_mean(name, tuple(Function))}', at)
    function = Function(name)
    takes = function in OVER_NUMBERS or function in OVER_VALUES
    if takes and not found["argument"]:
        example = "amount" if function in OVER_NUMBERS else "merchant"
        raise Wrong(f"{name} needs an argument, for example {name}({example})", at)
    if not takes and found["brackets"]:
        raise Wrong(f"{name} takes no argument; write {name} alone", found.start("brackets"))
    return function


def _duration(found: re.Match[str], part: str, shortest: int) -> int | None:
    if not found[part]:
        return None
    try:
        return duration_ms(found[part], shortest, LONGEST)
    except ValueError as wrong:
        raise Wrong(str(wrong), found.start(part)) from None


def feature_name(entity: str, written: Written, window: int) -> str:
    """``{entity}[_{filter}][_{arg}]_{aggregate}_{window}[_delay_{D}]``.

    >>> feature_name("account", parse_aggregate("zscore(amount)"), 30 * 86_400_000)
    'account_amount_zscore_30d'
    """
    parts = [entity, written.filter, written.argument, written.function, duration_text(window)]
    parts += ["delay", duration_text(written.delay)] if written.delay else []
    return "_".join(part for part in parts if part)
