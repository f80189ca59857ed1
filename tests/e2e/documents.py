"""The commands that pages show: the blocks of code between fences, by language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

__all__ = ["PAGES", "blocks", "commands"]

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])

_BLOCK = re.compile(r"^```(?P<language>\w*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"(?:^ {4}.*\n)+", re.MULTILINE)
_OURS = re.compile(r"^(?:\S*/)?fraudstream (?=[a-z])")


def blocks(page: Path, language: str) -> list[str]:
    """The blocks of one language, in order."""
    text = page.read_text(encoding="utf-8")
    return [m["code"] for m in _BLOCK.finditer(text) if m["language"] == language]


def commands(page: Path) -> Iterator[str]:
    """Every command line of ours, without pipes, comments and line breaks."""
    text = page.read_text(encoding="utf-8")
    shown = [m["code"] for m in _BLOCK.finditer(text) if m["language"] in ("", "sh")]
    for block in [*shown, *_INDENTED.findall(text)]:
        for line in block.replace("\\\n", " ").splitlines():
            for part in re.split(r"\s(?:\||&&|>)\s|\s#\s", f"{line.strip()} "):
                if found := _OURS.match(part):
                    yield part[found.end() :].strip()
