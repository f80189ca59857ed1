"""What is known of a model besides its forest."""

from __future__ import annotations

import msgspec

__all__ = ["Facts", "History", "Knots"]


class Knots(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A calibration: its method in words, margins, and probabilities there in millionths."""

    method: str
    margins: tuple[float, ...]
    micros: tuple[float, ...]


class History(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a model was trained on; times are UTC ms of transactions, both ends included.

    The forest was fitted on ``fitted_from`` to ``fitted_to``. A trial forest, fitted on what was
    known before the held out part, scored that part: from there are metrics, calibration and the
    threshold of a review. ``data`` is eight hex digits over every row used.
    """

    fitted_from: int
    fitted_to: int
    rows: int
    frauds: int
    held_out_from: int
    held_out_to: int
    held_out_rows: int
    held_out_frauds: int
    data: str


class Facts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything in an artifact that is not the forest.

    ``usual`` is each feature's median over genuine training rows, None where it is always missing.
    ``review_threshold`` is what a review must save, in minor units of the base currency.
    ``metrics`` were measured on the held out part.
    """

    feature_names: tuple[str, ...]
    features: str
    kernel: str
    usual: tuple[float | None, ...]
    calibration: Knots
    review_threshold: int
    history: History
    metrics: dict[str, float]
    parameters: dict[str, bool | int | float | str]
