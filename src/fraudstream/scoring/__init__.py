"""From feature vectors to calibrated probabilities: trained trees, evaluated by compiled code."""

from fraudstream.scoring.calibration import Calibration
from fraudstream.scoring.facts import Facts, History, Knots
from fraudstream.scoring.model import Model, check
from fraudstream.scoring.scorer import MICRO, Scorer

__all__ = ["MICRO", "Calibration", "Facts", "History", "Knots", "Model", "Scorer", "check"]
