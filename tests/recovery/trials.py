"""Runs engines in processes that are killed, and compares what is left with an undisturbed run.

    python -m tests.recovery.trials TRIAL FOLDER [SEED]

Each engine is a fork of this process, so a trial takes milliseconds. Prints one JSON object:
``trials``, ``kills``, ``lost``, ``doubled``, ``different``.
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
from tests.recovery.jobs import Job, deciding_transactions, run_tally, tallying

from fraudstream.sources.spool import Spool

Found = dict[str, list[bytes]]


class Trials:
    """Kills engines and counts what went wrong."""

    def __init__(self, job: Job, folder: Path, seed: int) -> None:
        self.job = job
        self.folder = folder
        self.dice = random.Random(seed)
        self.data = folder / "messages.jsonl"
        self.data.write_bytes(job.messages)
        self.report = Counter(trials=0, kills=0, lost=0, doubled=0, different=0)
        self.job.prepare()
        self.calls = self._undisturbed(self.data, self._fresh("reference"))
        self.expected = self._found("reference")

    def die_at(self, *deaths: tuple[int, Moment]) -> None:
        """One run for each death, and one that lives."""
        folder = self._fresh("trial")
        for fatal, moment in deaths:
            self._run(lambda: self.job.run(self.data, folder), Calls(fatal, moment))
        self._finish(folder)

    def die_at_any_moment(self) -> None:
        """Kill run after run, until one is done before."""
        folder = self._fresh("trial")
        self._die_again_and_again(lambda: self.job.run(self.data, folder))
        self._finish(folder)

    def die_listening(self) -> None:
        """The same while reading a pipe; what counts is every message that was spooled."""
        folder, (reader, writer) = self._fresh("trial"), os.pipe()
        feeder = forked(lambda: _feed(writer, self.data.read_bytes(), self.dice))
        os.close(writer)

        def listen() -> None:
            source = Spool(folder / "spool", lambda: 0, reader, self.data.name)
            run_tally(self.data, folder, source)

        self._die_again_and_again(listen)
        os.close(reader)
        os.waitpid(feeder, 0)
        heard = folder / self.data.name
        heard.write_bytes(b"".join(p.read_bytes() for p in sorted(folder.glob("spool/*.log"))))
        self._undisturbed(heard, self._fresh("reference"))
        self._judge(self._found("trial"), self._found("reference"))

    def _undisturbed(self, data: Path, folder: Path) -> int:
        """Run without a kill; the number of calls that change files."""
        reader, writer = os.pipe()

        def count() -> None:
            calls = Calls()
            calls.install()
            self.job.run(data, folder)
            os.write(writer, str(calls.count).encode())

        assert self._run(count)
        calls = int(os.read(reader, 32))
        os.close(reader)
        os.close(writer)
        return calls

    def _die_again_and_again(self, work: Callable[[], None]) -> None:
        """Each life writes up to a twentieth of the decisions, so there is an end to it."""
        output = self.folder / "trial" / self.job.outputs[0]
        most = sum(map(len, self.expected[self.job.outputs[0]])) // 20
        while True:
            size = output.stat().st_size if output.exists() else 0
            if self._run(work, watched=(output, size + self.dice.randint(1, most))):
                break

    def _finish(self, folder: Path) -> None:
        assert self._run(lambda: self.job.run(self.data, folder)), "killed without a reason"
        self._judge(self._found("trial"), self.expected)

    def _judge(self, found: Found, expected: Found) -> None:
        self.report["trials"] += 1
        for name, lines in expected.items():
            there, wanted = Counter(found[name]), Counter(lines)
            self.report["lost"] += (wanted - there).total()
            self.report["doubled"] += (there - Counter(there.keys())).total()
            self.report["different"] += len(there.keys() - wanted.keys()) + (found[name] != lines)

    def _run(
        self,
        work: Callable[[], None],
        calls: Calls | None = None,
        watched: tuple[Path, int] | None = None,
    ) -> bool:
        """Whether the work came to its end; killed soon after the watched file has some size."""
        child = forked(work, calls)
        if watched:
            _wait_for(*watched, child)
            time.sleep(self.dice.uniform(0.0, 0.004))
            os.kill(child, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert code in (0, -signal.SIGKILL), f"the engine failed with {code}"
        self.report["kills"] += code != 0
        return code == 0

    def _found(self, name: str) -> Found:
        folder = self.folder / name
        return {
            name: (folder / name).read_bytes().splitlines(keepends=True)
            for name in self.job.outputs
        }

    def _fresh(self, name: str) -> Path:
        shutil.rmtree(self.folder / name, ignore_errors=True)
        (self.folder / name).mkdir()
        return self.folder / name


def forked(work: Callable[[], None], calls: Calls | None = None) -> int:
    """The id of a new process that does the work and ends."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        if calls:
            calls.install()
        work()
        code = 0
    finally:
        if code:
            sys.excepthook(*sys.exc_info())
        os._exit(code)


def _wait_for(file: Path, size: int, child: int) -> None:
    """Until the file has at least this size or the child has ended, which is left to be reaped."""
    while not (file.exists() and file.stat().st_size >= size):
        if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return
        time.sleep(0.0005)


def _feed(writer: int, data: bytes, dice: random.Random) -> None:
    while data:
        size = dice.randint(1, 2000)
        os.write(writer, data[:size])
        data = data[size:]
        time.sleep(0.001)


def at_every_call(trials: Trials) -> None:
    """Die at every call, before, during and after it; then at several calls of one life."""
    for fatal in range(trials.calls):
        for moment in get_args(Moment):
            trials.die_at((fatal, moment))
    at_some_calls(trials, trials.calls)


def at_some_calls(trials: Trials, lives: int = 40) -> None:
    """Die two to four times at calls drawn by lot."""
    for _ in range(lives):
        deaths = trials.dice.randint(2, 4)
        trials.die_at(
            *(
                (trials.dice.randrange(trials.calls), trials.dice.choice(get_args(Moment)))
                for _ in range(deaths)
            )
        )


def at_any_moment(trials: Trials) -> None:
    """Die at any moment, again and again, until the run is done; twice over."""
    for _ in range(2):
        trials.die_at_any_moment()


def while_listening(trials: Trials) -> None:
    """Die at any moment while a pipe brings messages; twice over."""
    for _ in range(2):
        trials.die_listening()


TRIALS: dict[str, tuple[Callable[[], Job], Callable[[Trials], None]]] = {
    "every-call": (lambda: tallying(40), at_every_call),
    "any-moment": (lambda: tallying(4000), at_any_moment),
    "pipe": (lambda: tallying(2000), while_listening),
    "decisions-calls": (lambda: deciding_transactions(1.5), at_some_calls),
    "decisions-moments": (lambda: deciding_transactions(10.0), at_any_moment),
    "store-moments": (lambda: deciding_transactions(6.0, stored=True), at_any_moment),
}


def main(trial: str, folder: str, seed: str = "1") -> None:
    """Run one of the trials and print what came of it."""
    job, disturb = TRIALS[trial]
    trials = Trials(job(), Path(folder), int(seed))
    disturb(trials)
    print(json.dumps(trials.report))


if __name__ == "__main__":
    main(*sys.argv[1:])
