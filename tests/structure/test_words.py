"""Names that say something, and nothing left for later."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.structure.sources import ROOT, modules

EMPTY_WORDS = {"utils", "util", "helpers", "helper", "common", "manager", "process", "handle"}
THEIRS = {"handleInputRows"}
"""Methods that a library calls by this name."""
LATER = re.compile(r"\b(TO" r"DO|FIX" r"ME|HA" r"CK)\b")
WRITTEN = ("src", "tests", "docs", "bench", "scripts")


def _words(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def test_no_module_class_or_function_has_a_name_that_says_nothing() -> None:
    defined = [(str(m.path), m.path.stem) for m in modules()] + [
        (f"{m.path}:{node.lineno}", node.name)
        for m in modules()
        for node in ast.walk(m.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and node.name not in THEIRS
    ]
    assert [(where, name) for where, name in defined if _words(name) & EMPTY_WORDS] == []


def test_nothing_is_left_for_later() -> None:
    files = [p for folder in WRITTEN for p in (ROOT / folder).rglob("*") if _is_text(p)]
    left = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if LATER.search(line)
    ]
    assert left == []


def _is_text(path: Path) -> bool:
    return path.suffix in {".py", ".md", ".toml", ".sql", ".html"}
