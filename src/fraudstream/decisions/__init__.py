"""From scores to decisions: the policy, its reasons, the decision record and its table."""

from fraudstream.decisions.capacity import review_threshold
from fraudstream.decisions.decide import Decider, Extracted, decide
from fraudstream.decisions.encode import encode, encode_reasons
from fraudstream.decisions.form import Form, form_of
from fraudstream.decisions.outcome import Action, DecidedBy, Flag, Outcome, Reason, Versions
from fraudstream.decisions.policy import Policy, price
from fraudstream.decisions.reasons import Vocabulary

__all__ = [
    "Action",
    "DecidedBy",
    "Decider",
    "Extracted",
    "Flag",
    "Form",
    "Outcome",
    "Policy",
    "Reason",
    "Versions",
    "Vocabulary",
    "decide",
    "encode",
    "encode_reasons",
    "form_of",
    "price",
    "review_threshold",
]
