"""deploy/Dockerfile, parsed: its stages and their instructions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from tests.structure.sources import ROOT

FILE = ROOT / "deploy" / "Dockerfile"


@dataclass(frozen=True)
class Stage:
    """One FROM and what follows it; ``base`` is an image, an ARG or an earlier stage."""

    name: str
    base: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def given(self, word: str) -> list[str]:
        """The arguments of every instruction of this kind."""
        return [argument for kind, argument in self.steps if kind == word]


@cache
def parsed() -> tuple[dict[str, str], dict[str, Stage]]:
    """Defaults of the global ARGs, and the stages by name."""
    text = re.sub(r"^#.*\n", "", FILE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", " ", text).splitlines()
    arguments: dict[str, str] = {}
    stages: dict[str, Stage] = {}
    for word, _, rest in (line.partition(" ") for line in lines if line.strip()):
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            stages[name] = Stage(name, base)
        elif not stages:
            name, _, default = rest.partition("=")
            arguments[name] = default
        else:
            next(reversed(stages.values())).steps.append((word, rest))
    return arguments, stages


def inherited(stage: Stage, word: str) -> str | None:
    """The last instruction of a kind that is in force in a stage, perhaps from one below it."""
    _, stages = parsed()
    if found := stage.given(word):
        return found[-1]
    return inherited(stages[stage.base], word) if stage.base in stages else None
