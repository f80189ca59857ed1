"""Learning from history: datasets with what was known when, and models from them."""

from fraudstream.training.dataset import FOREVER, UNKNOWN, Dataset, collect
from fraudstream.training.fitting import QUICK, Settings
from fraudstream.training.labels import Labels
from fraudstream.training.train import Split, split_of, train

__all__ = [
    "FOREVER",
    "QUICK",
    "UNKNOWN",
    "Dataset",
    "Labels",
    "Settings",
    "Split",
    "collect",
    "split_of",
    "train",
]
