"""Rounds: everything takes its turn on the same batch, so that all meet the same weather."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Mapping
from time import perf_counter_ns

import lightgbm
import numpy as np
from numpy.typing import NDArray

from bench.libraries import Scoring, explaining, libraries, timed
from bench.peer import Json, Peer, Predictor
from bench.stages import STAGES, Engine
from bench.workload import BATCH, Messages, Workload
from fraudstream.pipeline import State

__all__ = ["Rounds", "peer_of"]


def peer_of(work: Workload, json: Json) -> Peer:
    """The Python peer with the workload's own model, calibration and policy."""
    names = work.program.pipeline.extractor.plan.names
    booster = lightgbm.Booster(model_str=work.model.text)
    policy = work.program.pipeline.decider.policy
    predictor = Predictor(booster, names, work.model.calibration, policy)
    return Peer(work.preset, json, predictor)


class Rounds:
    """What each contender took, round by round."""

    def __init__(self, work: Workload, state: State, json: Json) -> None:
        self.work = work
        self.staged, self.batched, self.alone = (Engine(work, state) for _ in range(3))
        self.peer = peer_of(work, json)
        self.libraries: Mapping[str, Scoring] = libraries(work)
        self.explaining = explaining(work)
        self.times: defaultdict[str, list[float]] = defaultdict(list)
        self.singles: list[NDArray[np.int64]] = []
        self.alerts: list[NDArray[np.bool_]] = []
        for row in range(len(work.past)):
            self.peer.observe(work.past.lines.raw(row))

    def run(self) -> None:
        """A round for each batch of the present; the first, in which caches fill, is left out."""
        present = self.work.present
        for first in range(0, len(present), BATCH):
            self._round(present, first, min(first + BATCH, len(present)))
            if first == 0:
                self.times.clear()
                self.singles.clear()
                self.alerts.clear()
            print(f"bench: {first + BATCH:,} of {len(present):,} events", file=sys.stderr)

    def figures(self) -> dict[str, float]:
        """Medians over the rounds, in microseconds an event; percentiles over single events."""
        medians = {f"{name}_us": float(np.median(times)) for name, times in self.times.items()}
        ratios = np.divide(self.times["python_end_to_end"], self.times["end_to_end"])
        singles = np.concatenate(self.singles) / 1000.0
        alerts = np.concatenate(self.alerts)
        return {
            **medians,
            "ratio": float(np.median(ratios)),
            "events_per_s": 1e6 / medians["end_to_end_us"],
            "single_p50_us": float(np.percentile(singles, 50)),
            "single_p99_us": float(np.percentile(singles, 99)),
            "single_p999_us": float(np.percentile(singles, 99.9)),
            "single_quiet_p99_us": float(np.percentile(singles[~alerts], 99)),
            "single_alert_p50_us": float(np.median(singles[alerts])) if alerts.any() else 0.0,
            "alert_share": float(alerts.mean()),
        }

    def _round(self, present: Messages, first: int, end: int) -> None:
        records = present.records(first, end)
        stages = self.staged.stages(records)
        for stage in STAGES:
            self.times[stage].append(stages[stage])
        spent, outcome = self.batched.batch(records)
        self.times["end_to_end"].append(spent)
        self._check(outcome.features, self._python(present, first, end))
        singles = self.alone.singles(present, first, end)
        self.singles.append(singles.times)
        self.alerts.append(singles.alerts)
        rows = outcome.features.astype(np.float32)
        for name, scoring in self.libraries.items():
            self.times[name].append(timed(scoring, rows))
        self.times["engine_batch"].append(timed(self.work.model.score, outcome.features))
        if len(alerts := outcome.features[outcome.actions != 0]):
            self.times["explain"].append(timed(self.work.model.explain, alerts))
            self.times["lightgbm_explain"].append(timed(self.explaining, alerts))

    def _python(self, present: Messages, first: int, end: int) -> NDArray[np.float64]:
        messages = [present.lines.raw(row) for row in range(first, end)]
        begun = perf_counter_ns()
        decided = [self.peer.decide(message) for message in messages]
        spent = perf_counter_ns() - begun
        self.times["python_end_to_end"].append(spent / len(messages) / 1000.0)
        return np.array([found[0] for found in decided if found is not None])

    def _check(self, features: NDArray[np.float64], python: NDArray[np.float64]) -> None:
        """A comparison of different numbers would be none."""
        if not np.array_equal(features, python, equal_nan=True):
            raise AssertionError("the Python peer computed other features than the engine")
