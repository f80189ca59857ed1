from __future__ import annotations

import random
import threading
from pathlib import Path

from tests.recovery.jobs import run_tally
from tests.recovery.tally import Tally, encode, messages

from fraudstream.engine import Engine, FileCheckpoints, Fixed, Options
from fraudstream.sinks.jsonlines import JsonLinesSink
from fraudstream.sources.jsonlines import JsonLinesFile

WHOLE = b"".join(message + b"\n" for message in messages(300))


def decided_at_once(folder: Path) -> bytes:
    (folder / "whole").mkdir()
    data = folder / "m.jsonl"
    data.write_bytes(WHOLE)
    run_tally(data, folder / "whole")
    return (folder / "whole" / "primary.jsonl").read_bytes()


def test_a_file_decided_again_after_it_grew_is_as_if_it_had_been_whole(tmp_path: Path) -> None:
    wanted, data = decided_at_once(tmp_path), tmp_path / "m.jsonl"
    (tmp_path / "grown").mkdir()
    for lines in (0, 1, 17, 120, 300):
        data.write_bytes(b"".join(WHOLE.splitlines(keepends=True)[:lines]))
        run_tally(data, tmp_path / "grown")
    assert (tmp_path / "grown" / "primary.jsonl").read_bytes() == wanted


def test_a_followed_file_may_be_written_in_any_pieces(tmp_path: Path) -> None:
    wanted, data, stop = decided_at_once(tmp_path), tmp_path / "m.jsonl", threading.Event()
    data.write_bytes(b"")
    pieces = [*sorted(random.Random(1).sample(range(len(WHOLE)), 30)), len(WHOLE)]

    def grow(*_: object) -> None:
        size = data.stat().st_size
        target = next((piece for piece in pieces if piece > size), None)
        if target is None:
            stop.set()
        else:
            with data.open("ab") as file:
                file.write(WHOLE[size:target])

    class Growing(JsonLinesFile):
        """Grows whenever it has nothing to give."""

        def _wait(self, seconds: float) -> None:
            grow()

    source = Growing(data, follow=True)
    sink = JsonLinesSink(tmp_path / "out.jsonl", encode)
    checkpoints = FileCheckpoints(tmp_path / "checkpoints")
    Engine(
        Fixed(Tally()), source, sink, checkpoints=checkpoints, options=Options(clock=lambda: 0)
    ).run(stop)
    source.close()
    sink.close()
    assert (tmp_path / "out.jsonl").read_bytes() == wanted
