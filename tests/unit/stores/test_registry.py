from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from tests.unit.scoring.models import model

from fraudstream.errors import InputInvalid, ModelIncompatible, StorageFailed, UsageInvalid
from fraudstream.stores.models import load_model
from fraudstream.stores.registry import Registry, Stage

FIRST, SECOND, THIRD = (model(review_threshold=cost) for cost in (1, 2, 3))


class Killed(BaseException):
    """The process is gone: nothing catches it."""


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "models")


def stages(registry: Registry) -> list[str]:
    return [str(entry.stage) for entry in registry.models()]


def champion(registry: Registry) -> str | None:
    found = registry.champion()
    return found.version if found else None


def test_an_empty_registry_has_no_models_and_no_champion(registry: Registry) -> None:
    assert registry.models() == ()
    assert registry.champion() is None
    assert not registry.folder.exists()


def test_models_are_numbered_as_they_come_and_wait_as_candidates(registry: Registry) -> None:
    assert [registry.add(each).version for each in (FIRST, SECOND)] == [1, 2]
    assert stages(registry) == ["candidate", "candidate"]
    assert registry.champion() is None


def test_the_same_model_is_taken_in_once(registry: Registry) -> None:
    registry.add(FIRST)
    registry.promote(1)
    assert registry.add(FIRST).stage is Stage.CHAMPION
    assert len(registry.models()) == 1


def test_a_model_is_found_by_number_and_by_content_and_shows_its_number(
    registry: Registry,
) -> None:
    registry.add(FIRST)
    registry.add(SECOND)
    for name in (2, "2", SECOND.content):
        found = registry.get(name)
        assert (found.version, found.content) == ("2", SECOND.content)


def test_promoting_archives_the_champion_before(registry: Registry) -> None:
    for each in (FIRST, SECOND):
        registry.promote(registry.add(each).version)
    assert champion(registry) == "2"
    assert stages(registry) == ["archived", "champion"]


def test_promoting_the_champion_again_changes_nothing(registry: Registry) -> None:
    registry.add(FIRST)
    registry.promote(1)
    registry.promote(1)
    with pytest.raises(UsageInvalid, match="no earlier champion"):
        registry.rollback()
    assert champion(registry) == "1"


def test_rollback_goes_back_champion_by_champion(registry: Registry) -> None:
    for each in (FIRST, SECOND, THIRD):
        registry.promote(registry.add(each).version)
    assert registry.rollback().version == 2
    assert stages(registry) == ["archived", "champion", "archived"]
    assert registry.rollback().version == 1
    with pytest.raises(UsageInvalid, match="no earlier champion"):
        registry.rollback()
    assert champion(registry) == "1"


def test_whatever_has_been_champion_can_still_be_read(registry: Registry) -> None:
    for each in (FIRST, SECOND):
        registry.promote(registry.add(each).version)
    registry.rollback()
    assert [registry.get(number).content for number in (1, 2)] == [FIRST.content, SECOND.content]


def test_a_shadow_does_not_decide_and_the_champion_cannot_be_one(registry: Registry) -> None:
    for each in (FIRST, SECOND):
        registry.add(each)
    registry.promote(1)
    assert registry.put_in_shadow(2).stage is Stage.SHADOW
    assert champion(registry) == "1"
    with pytest.raises(UsageInvalid, match="its own shadow"):
        registry.put_in_shadow(1)


@pytest.mark.parametrize("change", [Registry.get, Registry.promote, Registry.put_in_shadow])
def test_an_unknown_version_is_refused_with_those_that_are_known(
    registry: Registry, change: Callable[[Registry, str], object]
) -> None:
    registry.add(FIRST)
    with pytest.raises(UsageInvalid) as refused:
        change(registry, "9")
    assert "no model 9" in str(refused.value)
    assert "known versions: 1" in str(refused.value)


def test_a_damaged_model_is_not_promoted(registry: Registry) -> None:
    for each in (FIRST, SECOND):
        registry.add(each)
    registry.promote(1)
    os.truncate(registry.folder / "2" / "model.txt", 100)
    with pytest.raises(ModelIncompatible, match="damaged"):
        registry.promote(2)
    assert champion(registry) == "1"


def test_another_model_in_the_folder_of_a_number_is_noticed(registry: Registry) -> None:
    for each in (FIRST, SECOND):
        registry.add(each)
    shutil.rmtree(registry.folder / "1")
    shutil.copytree(registry.folder / "2", registry.folder / "1")
    with pytest.raises(ModelIncompatible, match="not the one that was registered"):
        registry.get(1)


def test_models_whose_registry_file_was_lost_are_not_overwritten(registry: Registry) -> None:
    registry.add(FIRST)
    (registry.folder / "registry.json").unlink()
    assert registry.add(SECOND).version == 2
    assert load_model(registry.folder / "1").content == FIRST.content


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"champions": "x"}', b"\xff"])
def test_a_registry_file_that_cannot_be_read_is_never_begun_anew(
    registry: Registry, content: bytes
) -> None:
    registry.add(FIRST)
    file = registry.folder / "registry.json"
    file.write_bytes(content)
    with pytest.raises(InputInvalid, match="registry"):
        registry.add(SECOND)
    assert file.read_bytes() == content


def test_the_registry_is_a_file_that_people_can_read(registry: Registry) -> None:
    registry.promote(registry.add(FIRST).version)
    held = json.loads((registry.folder / "registry.json").read_text())
    assert held["champions"] == [1]
    assert held["models"][0]["content"] == FIRST.content


@contextmanager
def failing_at(patch: pytest.MonkeyPatch, step: int, error: BaseException) -> Iterator[list[str]]:
    """Let the ``step``-th change of the disk fail; gives the changes that were tried."""
    tried: list[str] = []

    def guarded(name: str, original: Callable[..., object]) -> Callable[..., object]:
        def attempt(*arguments: object, **options: object) -> object:
            tried.append(name)
            if len(tried) == step:
                raise error
            return original(*arguments, **options)

        return attempt

    with patch.context() as patched:
        for name in ("fsync", "rename", "replace", "mkdir"):
            patched.setattr(os, name, guarded(name, getattr(os, name)))
        yield tried


def changed(registry: Registry) -> None:
    registry.add(SECOND)
    registry.promote(SECOND.content)


def steps_of_a_change(folder: Path, patch: pytest.MonkeyPatch) -> int:
    registry = Registry(folder)
    registry.promote(registry.add(FIRST).version)
    with failing_at(patch, 0, Killed()) as tried:
        changed(registry)
    return len(tried)


@pytest.mark.parametrize("error", [Killed(), OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))])
def test_a_change_cut_off_at_any_step_has_happened_or_not_and_can_be_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    steps = steps_of_a_change(tmp_path / "whole", monkeypatch)
    assert steps >= 10
    seen: set[tuple[str, ...]] = set()
    for step in range(1, steps + 1):
        registry = Registry(tmp_path / str(step))
        registry.promote(registry.add(FIRST).version)
        with failing_at(monkeypatch, step, error), suppress(Killed, StorageFailed):
            changed(registry)
        after = tuple(stages(registry))
        seen.add(after)
        decides = registry.champion()
        assert decides is not None
        assert decides.content == (SECOND if after == ("archived", "champion") else FIRST).content
        changed(registry)
        again = registry.champion()
        assert again is not None
        assert again.content == SECOND.content
        assert registry.get(1).content == FIRST.content
    assert seen == {("champion",), ("champion", "candidate"), ("archived", "champion")}
