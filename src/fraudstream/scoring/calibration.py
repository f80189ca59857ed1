"""From margins to probabilities: a rising curve through given points.

Whatever method fits the curve, it is kept as knots and evaluated by linear interpolation: only
addition, multiplication and division, which every processor rounds alike. (The C library's ``exp``
differs in its last bit between processors; used once, in training, that no longer matters.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from fraudstream.scoring.scorer import MICRO

__all__ = ["Calibration", "logistic"]

_CERTAIN = 15.0
"""Log-odds beyond which a probability rounds to 0 or to 1 within 10**-6."""
_STEPS_PER_UNIT = 16
"""Knots for each unit of log-odds: straight lines then miss the curve by less than 5e-5."""


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Knots: strictly ascending ``margins``, their probabilities in millionths never falling.

    Below the first knot and above the last the curve is level. ``method`` names the fit.

    >>> Calibration("by hand", np.array([-1.0, 1.0]), np.array([0.0, 1e6])).micros_of(
    ...     np.array([-5.0, 0.5]))
    array([     0, 750000])
    """

    method: str
    margins: NDArray[np.float64]
    micros: NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.margins.shape != self.micros.shape or self.margins.ndim != 1:
            raise ValueError("a calibration needs as many probabilities as margins")
        if not (len(self.margins) and np.isfinite(self.margins).all()):
            raise ValueError("a calibration needs knots at finite margins")
        if not ((np.diff(self.margins) > 0).all() and (np.diff(self.micros) >= 0).all()):
            raise ValueError("a calibration must rise")
        if not (self.micros[0] >= 0 and self.micros[-1] <= MICRO):
            raise ValueError("probabilities must be between 0 and 1")

    def micros_of(self, margins: NDArray[np.float64]) -> NDArray[np.int64]:
        """Probabilities in millionths, rounded half to even; shape (n)."""
        found = np.empty(len(margins), np.int64)
        _interpolate(margins, self.margins, self.micros, found)
        return found


def logistic(slope: float, intercept: float) -> Calibration:
    """The curve 1 / (1 + exp(-(slope * margin + intercept))); ``slope`` over 0.

    >>> logistic(1.0, 0.0).micros_of(np.array([0.0, 50.0]))
    array([ 500000, 1000000])
    """
    if not slope > 0:
        raise ValueError("the slope of a calibration must be positive")
    bound = int(_CERTAIN * _STEPS_PER_UNIT)
    odds = np.arange(-bound, bound + 1) / _STEPS_PER_UNIT
    return Calibration(
        f"logistic {slope:.6g} x margin {intercept:+.6g}",
        (odds - intercept) / slope,
        MICRO / (1.0 + np.exp(-odds)),
    )


@njit(cache=True, nogil=True, error_model="numpy")
def _interpolate(values, margins, micros, found):  # type: ignore[no-untyped-def]
    last = len(margins) - 1
    for i in range(len(values)):
        value = values[i]
        if not value > margins[0]:
            found[i] = round(micros[0])
        elif value >= margins[last]:
            found[i] = round(micros[last])
        else:
            low = np.searchsorted(margins, value, side="right") - 1
            share = (value - margins[low]) / (margins[low + 1] - margins[low])
            found[i] = round(micros[low] + share * (micros[low + 1] - micros[low]))
