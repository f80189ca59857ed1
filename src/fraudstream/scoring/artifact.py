"""The files of a model: text and numbers, no pickle, nothing that runs.

- ``model.txt``: the forest as LightGBM writes it;
- ``model.json``: the :class:`Facts`, the layout's number, the version, and the hash of model.txt;
- ``card.md``: the same in words, for people; never read back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec

from fraudstream.errors import ModelIncompatible, Problem
from fraudstream.scoring.card import write_card
from fraudstream.scoring.facts import Facts

__all__ = ["FACTS", "FOREST", "read_files", "version_of", "write_files"]

FOREST, FACTS, CARD = "model.txt", "model.json", "card.md"
_LAYOUT = 1
_AGAIN = "Copy the model's folder again, or train again: fraudstream train."


class Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in model.json."""

    layout: int
    version: str
    forest_sha256: str
    facts: Facts


class Outside(msgspec.Struct, frozen=True):
    """The part of model.json that every layout has."""

    layout: int


def version_of(forest: str, facts: Facts) -> str:
    """Eight hex digits that change with the content."""
    content = [f"model/{_LAYOUT}", forest, facts]
    return hashlib.sha256(msgspec.json.encode(content)).hexdigest()[:8]


def write_files(forest: str, facts: Facts) -> dict[str, bytes]:
    """The files by name."""
    version = version_of(forest, facts)
    envelope = Envelope(_LAYOUT, version, _digest(forest.encode()), facts)
    return {
        FOREST: forest.encode(),
        FACTS: msgspec.json.format(msgspec.json.encode(envelope), indent=1) + b"\n",
        CARD: write_card(version, facts).encode(),
    }


def read_files(files: Mapping[str, bytes]) -> tuple[str, Facts]:
    """The forest's text and the facts; raises ``ModelIncompatible`` unless they are whole."""
    absent = [Problem("is not there", name) for name in (FOREST, FACTS) if name not in files]
    if absent:
        raise ModelIncompatible("This is not a model, or not a whole one.", absent, _AGAIN)
    envelope = _decode(files[FACTS])
    if _digest(files[FOREST]) != envelope.forest_sha256:
        raise _spoilt(FOREST, "is not the file that was saved with model.json (its hash differs)")
    forest = files[FOREST].decode()
    if version_of(forest, envelope.facts) != envelope.version:
        raise _spoilt(FACTS, f"was changed after training: it is not version {envelope.version}")
    return forest, envelope.facts


def _decode(data: bytes) -> Envelope:
    try:
        layout = msgspec.json.decode(data, type=Outside).layout
        if layout == _LAYOUT:
            return msgspec.json.decode(data, type=Envelope)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _spoilt(FACTS, f"cannot be read: {error}") from error
    raise ModelIncompatible(
        f"The model has layout {layout}; this version of fraudstream reads layout {_LAYOUT}.",
        advice="Run the version that trained it, or train again: fraudstream train.",
    )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _spoilt(file: str, text: str) -> ModelIncompatible:
    return ModelIncompatible("The model is damaged.", [Problem(text, file)], _AGAIN)
