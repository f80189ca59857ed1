"""What a demo learns is kept for the next one, and learned again only where it must be."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tests.unit.wiring.demonstration.conftest import small

from fraudstream.wiring.demonstration import Demo, Prepared, prepare

LEARNING = "training"


def stages(demo: Demo) -> set[str]:
    heard: set[str] = set()
    prepare(demo, lambda stage, done, total: heard.add(stage), threading.Event())
    return heard


def test_a_second_demo_remembers_model_and_past(learned: Prepared) -> None:
    heard: set[str] = set()
    again = prepare(learned.demo, lambda stage, done, total: heard.add(stage), threading.Event())
    assert LEARNING not in heard
    assert again is not None
    assert again.program.versions == learned.program.versions
    before, after = learned.program.past.snapshot(), again.program.past.snapshot()
    assert all((before[name] == after[name]).all() for name in before)


def test_another_bank_or_a_spoilt_memory_is_learned_anew(tmp_path: Path) -> None:
    demo = small(tmp_path, customers=200)
    assert LEARNING in stages(demo)
    assert LEARNING not in stages(small(tmp_path, customers=200, rate=5.0))
    assert LEARNING in stages(small(tmp_path, customers=201))
    (kept,) = (tmp_path / "history").glob("*.checkpoint")
    kept.write_bytes(kept.read_bytes()[:1000])
    assert LEARNING in stages(small(tmp_path, customers=201))


def test_ctrl_c_while_it_learns_ends_it_at_once(tmp_path: Path) -> None:
    stop = threading.Event()

    def enough(stage: str, done: int, total: int) -> None:
        stop.set()

    assert prepare(small(tmp_path), enough, stop) is None
    assert not (tmp_path / "history").exists()


WHAT_IS_COMPILED = """
import gc, sys
from pathlib import Path
from fraudstream.cli.compiled import keep_compiled
keep_compiled()
from numba.core.dispatcher import Dispatcher
from fraudstream.pipeline import Extractor
from fraudstream.wiring.demonstration import compiling
from fraudstream.wiring.demonstration.learning import _rehearse, _remembered
from fraudstream.wiring.demonstration.preparing import PRESET
from fraudstream.wiring.presets import preset_named
from tests.unit.wiring.demonstration.conftest import small

def loaded():
    kernels = [thing for thing in gc.get_objects() if isinstance(thing, Dispatcher)]
    return {(k.py_func.__module__, k.py_func.__name__, s) for k in kernels for s in k.overloads}

for part in compiling._PARTS:
    compiling.main(part, PRESET)
before = loaded()
key = compiling._KEY
demo = small(Path(sys.argv[1]))
from fraudstream.wiring.building import hashing_key
from fraudstream.config import Settings
program = _remembered(demo, preset_named(PRESET), hashing_key(Settings(home=demo.home)))
_rehearse(program)
print(len(before), sorted({name for _, name, _ in loaded() - before}))
"""


def test_everything_a_live_batch_runs_was_compiled_beforehand(learned: Prepared) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WHAT_IS_COMPILED, str(learned.demo.home)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[4],
    )
    assert done.returncode == 0, done.stderr
    count, _, missing = done.stdout.strip().partition(" ")
    assert int(count) > 3
    assert missing == "[]"


@pytest.mark.parametrize("customers", [5, 3_000_000])
def test_a_bank_that_cannot_be_is_refused_in_words(tmp_path: Path, customers: int) -> None:
    from fraudstream.errors import SettingsInvalid

    with pytest.raises(SettingsInvalid, match="the simulation has 1 problem") as told:
        prepare(small(tmp_path, customers=customers), lambda *_: None, threading.Event())
    assert "customers is" in str(told.value)
