"""Decisions as files of a folder, where many write: one file for each share of each batch."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from fraudstream.durable import sync, write_file
from fraudstream.errors import Problem, StorageFailed
from fraudstream.ports import Entry
from fraudstream.sinks.rejects import Rejecting, encode_rejects

__all__ = ["FolderSink"]

O = TypeVar("O", bound=Rejecting)


class FolderSink(Generic[O]):
    """One output's share of batches; ``encode`` turns an outcome into lines.

    ``000000000012-03.jsonl`` are the decisions that output 3 made of batch 12, with
    ``.rejects.jsonl`` beside it; in the order of their names they are all decisions. A file is
    whole or not there; the same share written again replaces it by the same bytes.
    """

    def __init__(self, folder: Path, output: int, encode: Callable[[O], bytes]) -> None:
        self.name = folder.name
        self._folder, self._output, self._encode = folder, output, encode

    def write(self, entry: Entry, outcome: O) -> None:
        """Keep a share of a batch; raises ``StorageFailed``."""
        share = f"{entry.batch:012}-{self._output:02}"
        decisions, rejects = self._encode(outcome), encode_rejects(outcome.source, outcome.rejects)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for name, content in ((".jsonl", decisions), (".rejects.jsonl", rejects)):
                if content:
                    _write(self._folder / (share + name), content)
        except OSError as error:
            raise StorageFailed(
                f"Decisions cannot be written to {self._folder}.",
                [Problem(error.strerror or str(error), error.filename)],
                "Make room or restore access, then start again: nothing is lost.",
            ) from error

    def close(self) -> None:
        """Nothing is open."""


def _write(path: Path, content: bytes) -> None:
    # two attempts at one share may be under way on two machines
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    write_file(draft, content)
    draft.replace(path)
    sync(path.parent)
