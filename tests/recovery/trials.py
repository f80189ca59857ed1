"""Runs an engine in processes that are killed, and compares what is left with an undisturbed run.

    python -m tests.recovery.trials exhaustive|random FOLDER [SEED]

Each engine is a fork of this process, so a trial takes milliseconds. Prints one JSON object:
``kills``, ``lost``, ``doubled``, ``different``, ``trials``.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import get_args

from tests.recovery.crashing import Calls, Moment
from tests.recovery.tally import Tally, encode, messages

from fraudstream.engine import Engine, FileCheckpoints, Fixed, Options
from fraudstream.sinks.jsonlines import JsonLinesSink
from fraudstream.sources.jsonlines import JsonLinesFile

Job = Callable[[Path, Path], None]
"""Decides the messages of a file, its first argument; writes to a folder, its second."""

OUTPUTS = ("primary.jsonl", "primary.jsonl.rejects.jsonl", "second.jsonl")


def tally(data: Path, folder: Path) -> None:
    """Run the tally in batches of seven, with a second sink, a checkpoint every three batches."""
    engine = Engine(
        Fixed(Tally()),
        JsonLinesFile(data, seal=folder / "seal"),
        JsonLinesSink(folder / "primary.jsonl", encode),
        [JsonLinesSink(folder / "second.jsonl", encode)],
        FileCheckpoints(folder / "checkpoints"),
        Options(max_batch=7, checkpoint_batches=3, clock=lambda: 0),
    )
    engine.run()


class Trials:
    """Kills engines and counts what went wrong."""

    def __init__(self, job: Job, data: Path, folder: Path) -> None:
        self._job = job
        self._data = data
        self._folder = folder
        self.report = Counter(kills=0, lost=0, doubled=0, different=0, trials=0)
        self.calls = self._reference()

    def _reference(self) -> int:
        """Run undisturbed; the number of calls that this takes."""
        folder = self._fresh("reference")
        calls = Calls()
        reader, writer = os.pipe()
        child = os.fork()
        if not child:
            calls.install()
            self._job(self._data, folder)
            os.write(writer, str(calls.count).encode())
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        self._expected = {name: _lines(folder / name) for name in OUTPUTS}
        return int(os.read(reader, 32))

    def die_at(self, *deaths: tuple[int, Moment]) -> None:
        """One run for each death, and one that lives."""
        folder = self._fresh("trial")
        for fatal, moment in deaths:
            self._run(folder, Calls(fatal, moment))
        self._finish(folder)

    def die_within(self, seconds: Callable[[], float]) -> None:
        """Kill runs after so long, until one is done before."""
        folder = self._fresh("trial")
        while not self._run(folder, None, seconds()):
            pass
        self._finish(folder)

    def _finish(self, folder: Path) -> None:
        assert self._run(folder, None), "an undisturbed run after the kills must succeed"
        self.report["trials"] += 1
        for name, expected in self._expected.items():
            self._compare(Counter(_lines(folder / name)), Counter(expected))
            self.report["different"] += _lines(folder / name) != expected

    def _compare(self, found: Counter[bytes], expected: Counter[bytes]) -> None:
        self.report["lost"] += (expected - found).total()
        self.report["doubled"] += sum(n - 1 for n in found.values() if n > 1)
        self.report["different"] += len(found.keys() - expected.keys())

    def _run(self, folder: Path, calls: Calls | None, patience: float | None = None) -> bool:
        """Whether a run came to its end."""
        child = os.fork()
        if not child:
            if calls:
                calls.install()
            self._job(self._data, folder)
            os._exit(0)
        if patience is not None:
            time.sleep(patience)
            os.kill(child, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert code in (0, -signal.SIGKILL), f"the engine failed with {code}"
        self.report["kills"] += code != 0
        return code == 0

    def _fresh(self, name: str) -> Path:
        folder = self._folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def exhaustive(trials: Trials, dice: random.Random) -> None:
    """Die at every call, before, during and after it; then at two, three calls of the same run."""
    for fatal in range(trials.calls):
        for moment in get_args(Moment):
            trials.die_at((fatal, moment))
    for _ in range(trials.calls):
        deaths = dice.randint(2, 4)
        trials.die_at(
            *((dice.randrange(trials.calls), dice.choice(get_args(Moment))) for _ in range(deaths))
        )


def at_random(trials: Trials, dice: random.Random) -> None:
    """Die at any moment, again and again, until the run is done; six times over."""
    for _ in range(6):
        trials.die_within(lambda: dice.uniform(0.005, 0.05))


def main(mode: str, folder: str, seed: str = "1") -> None:
    data = Path(folder) / "messages.jsonl"
    count = 60 if mode == "exhaustive" else 4000
    data.write_bytes(b"\n".join(messages(count)))
    trials = Trials(tally, data, Path(folder))
    (exhaustive if mode == "exhaustive" else at_random)(trials, random.Random(int(seed)))
    print(json.dumps({**trials.report, "calls": trials.calls}))


if __name__ == "__main__":
    main(*sys.argv[1:])
