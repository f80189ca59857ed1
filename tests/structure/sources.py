"""The package's own source, parsed: what the tests of its shape look at."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "fraudstream"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One file: its path inside the package, its text and its tree."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def layer(self) -> str:
        return self.path.parts[0].removesuffix(".py")

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())

    def functions(self) -> Iterator[Function]:
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))

    def imported(self) -> Iterator[str]:
        """Absolute names of what is imported, ``fraudstream.events`` and the like."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module
                yield from (f"{node.module}.{alias.name}" for alias in node.names)

    def calls(self) -> Iterator[str]:
        """What is called, as written: ``open``, ``datetime.now``."""
        return (ast.unparse(n.func) for n in ast.walk(self.tree) if isinstance(n, ast.Call))


@cache
def modules() -> tuple[Module, ...]:
    return tuple(
        Module(path.relative_to(PACKAGE), text, ast.parse(text))
        for path in sorted(PACKAGE.rglob("*.py"))
        for text in [path.read_text(encoding="utf-8")]
    )


def is_kernel(function: Function) -> bool:
    """Compiled by numba: a loop that is unrolled by hand may be long, and takes flat arrays."""
    return any("jit" in ast.unparse(mark) for mark in function.decorator_list)


def body_lines(function: Function) -> int:
    """Lines of a function's body without its docstring."""
    first = function.body[0]
    has_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    body = function.body[1:] if has_docstring else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def parameters(function: Function) -> int:
    """How many things a caller passes; the object itself is not one."""
    given = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return len([a for a in given if a.arg not in ("self", "cls")])
