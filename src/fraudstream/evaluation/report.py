"""Figures as text for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Report", "attack_table", "columns", "contest_table", "harm_lines", "week_table"]

_NOT = "-"
_ROWS = {
    "auc": "AUC",
    "ap": "average precision",
    "cp100": "card precision at 100 a day",
    "recall_at_fpr_0_001": "recall at 0.1 % false positives",
    "recall_at_fpr_0_01": "recall at 1 % false positives",
    "value_recall": "money in frauds stopped",
    "budget_precision": "alert budget: precision",
    "budget_card_recall": "alert budget: accounts caught",
    "budget_value_recall": "alert budget: money caught",
    "ece": "calibration error (15 bins)",
    "brier": "Brier score",
}
_FINE = ("ece", "brier")


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured: ``figures`` for programs (docs/reports.md), ``text`` for people."""

    figures: Mapping[str, Any]
    text: str


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Text in columns as wide as their widest cell; all but the first to the right.

    >>> print(columns([["", "AUC"], ["model", ".9"]]))
           AUC
    model   .9
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if k else cell.ljust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def contest_table(figures: Mapping[str, Any]) -> str:
    """The model beside its baselines, a figure a line."""
    contestants = {"model": figures, **figures["baselines"]}
    head = ["", *(name.replace("_", " ") for name in contestants)]
    rows = [
        [text, *(_number(one[key], 5 if key in _FINE else 3) for one in contestants.values())]
        for key, text in _ROWS.items()
    ]
    low, high = _number(figures["ap_low"]), _number(figures["ap_high"])
    note = f"Average precision lies between {low} and {high} (95 %, accounts drawn anew)."
    return f"{columns([head, *rows])}\n{note}"


def harm_lines(figures: Mapping[str, Any]) -> str:
    """What the policy does, in money and in good customers."""
    policy, currency = figures["policy"], figures["currency"]
    found, accounts = figures["detection"], policy["good_accounts_stopped"]
    lines = [
        f"alerts      {policy['alerts']:,}: {policy['reviews']:,} reviews, "
        f"{policy['declines']:,} declines; {_share(policy['precision'])} of them fraud",
        f"money       saved {policy['saved']:,.2f} {currency}, missed {policy['missed']:,.2f}",
        f"customers   {_share(policy['good_stopped'], 2)} of genuine transactions stopped, "
        f"{accounts:,} good accounts hit",
        f"detection   {found['detected']:,} of {found['groups']:,} defrauded accounts, "
        f"{_share(figures['first_fraud_recall'])} at their first fraud",
    ]
    return "\n".join(lines)


def week_table(figures: Mapping[str, Any]) -> str:
    """Week by week."""
    head = ["week from", "transactions", "frauds", "AUC", "AP", "CP@100", "ECE"]
    return columns([head, *(_week(one) for one in figures["by_week"])])


def attack_table(figures: Mapping[str, Any]) -> str:
    """Attack by attack: what was caught, how soon."""
    head = ["attack", "frauds", "caught", "recall", "money caught", "first caught", "AP"]
    return columns([head, *_attacks(figures["by_attack"])])


def _week(one: Mapping[str, Any]) -> list[str]:
    counts = [f"{one['transactions']:,}", f"{one['frauds']:,}"]
    return [
        one["week"],
        *counts,
        *(_number(one[k]) for k in ("auc", "ap", "cp100")),
        _number(one["ece"], 5),
    ]


def _attacks(attacks: Mapping[str, Mapping[str, Any]]) -> Iterable[list[str]]:
    for name, one in attacks.items():
        after = one["first_caught_after"]
        yield [
            name,
            f"{one['transactions']:,}",
            f"{one['caught']:,}",
            _share(one["recall"]),
            f"{one['amount_caught']:,.2f}",
            "never" if after is None else _ordinal(after),
            _number(one["ap"]),
        ]


def _ordinal(place: float) -> str:
    """A median may lie between two places.

    >>> _ordinal(1.0), _ordinal(2.5), _ordinal(11.0), _ordinal(23.0)
    ('1st', '2.5th', '11th', '23rd')
    """
    teen = 10 <= place % 100 <= 20
    return f"{place:g}" + (
        "th" if teen else {1.0: "st", 2.0: "nd", 3.0: "rd"}.get(place % 10, "th")
    )


def _number(value: float | None, digits: int = 3) -> str:
    return _NOT if value is None else f"{value:.{digits}f}"


def _share(value: float | None, digits: int = 0) -> str:
    return _NOT if value is None else f"{100 * value:.{digits}f} %"
