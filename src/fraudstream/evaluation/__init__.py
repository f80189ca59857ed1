"""What a model catches, costs, and whom it hurts: figures over decided transactions."""

from fraudstream.evaluation.cases import NO_ATTACK, Cases
from fraudstream.evaluation.report import Report
from fraudstream.evaluation.runs import evaluate_handbook, evaluate_holdout, evaluate_model
from fraudstream.evaluation.scorecard import Scorecard, scorecard
from fraudstream.evaluation.study import Attacks, Study

__all__ = [
    "NO_ATTACK",
    "Attacks",
    "Cases",
    "Report",
    "Scorecard",
    "Study",
    "evaluate_handbook",
    "evaluate_holdout",
    "evaluate_model",
    "scorecard",
]
