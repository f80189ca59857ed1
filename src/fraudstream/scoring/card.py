"""A model's card: what it is, where it came from and what to expect of it, for people."""

from __future__ import annotations

from datetime import UTC, datetime

from fraudstream.scoring.facts import Facts

__all__ = ["write_card"]


def write_card(version: str, facts: Facts) -> str:
    """The card as Markdown."""
    history = facts.history
    return f"""# Model {version}

Estimates the probability that a transaction is fraud, from {len(facts.feature_names)} features
(fingerprint `{facts.features}`, kernel {facts.kernel}). Gradient-boosted trees, trained with
LightGBM; calibration: {facts.calibration.method}.

## Training

|  | from | to | transactions | frauds |
|---|---|---|---|---|
{_stretch("fitted", history.fitted_from, history.fitted_to, history.rows, history.frauds)}
{_held_out(facts)}

Data fingerprint `{history.data}`. A label counted only from the moment it was known.

{_table("parameter", facts.parameters)}

## Measured on the held out part

{_table("figure", facts.metrics)}

By a trial model that was fitted on what came, and was known, before that part. The calibration and
the threshold of a review come from there too; the forest was then fitted again on everything named
above. Figures on simulated data say nothing about real fraud.

## Use

For ranking and pricing single transactions within the stream it was trained on; a person should see
what it stops. It knows only frauds that were reported, and only the kinds that history held; train
again when customers, merchants or attackers change. A review is asked for where it saves at least
{facts.review_threshold} minor units over the next best action.
"""


def _held_out(facts: Facts) -> str:
    history = facts.history
    counts = history.held_out_rows, history.held_out_frauds
    return _stretch("held out", history.held_out_from, history.held_out_to, *counts)


def _stretch(name: str, begins: int, ends: int, *counts: int) -> str:
    cells = [name, _day(begins), _day(ends), *(f"{count:,}" for count in counts)]
    return f"| {' | '.join(cells)} |"


def _day(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d %H:%M}"


def _table(head: str, values: dict[str, float] | dict[str, float | str]) -> str:
    rows = [f"| {name} | {_plain(value)} |" for name, value in values.items()]
    return "\n".join([f"| {head} | value |", "|---|---|", *rows])


def _plain(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.6g}"
