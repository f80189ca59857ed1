"""Exact streaming features: a plan (what to compute), a state (the past), a step over both."""

from fraudstream.features.fingerprint import KERNEL_VERSION, fingerprint_of
from fraudstream.features.observe import Observed, observe
from fraudstream.features.plan import Plan, plan_of
from fraudstream.features.state import FeatureState, Usage

__all__ = [
    "KERNEL_VERSION",
    "FeatureState",
    "Observed",
    "Plan",
    "Usage",
    "fingerprint_of",
    "observe",
    "plan_of",
]
