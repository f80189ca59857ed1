"""The demo: a simulated bank, a model of its past, and attackers that the model never met."""

from fraudstream.wiring.demonstration.alerts import Alert
from fraudstream.wiring.demonstration.live import Live, start
from fraudstream.wiring.demonstration.plan import Demo
from fraudstream.wiring.demonstration.preparing import Prepared, prepare
from fraudstream.wiring.demonstration.scorecard import AttackScore, Scorecard

__all__ = ["Alert", "AttackScore", "Demo", "Live", "Prepared", "Scorecard", "prepare", "start"]
