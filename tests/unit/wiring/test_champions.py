"""A running engine takes another model between two batches, or says why it does not."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from pydantic import SecretStr
from tests.unit.wiring.conftest import listening, running

from fraudstream.config import Settings
from fraudstream.errors import ModelIncompatible, UsageInvalid
from fraudstream.schema import builtin
from fraudstream.scoring import Model
from fraudstream.serve import ready
from fraudstream.stores.models import save_model
from fraudstream.wiring.champions import chosen, in_effect, promoted, rolled_back


@pytest.fixture
def stranger(model: Model, tmp_path: Path) -> str:
    """A model that was trained on other features."""
    facts = msgspec.structs.replace(model.facts, features="ffffffff")
    save_model(tmp_path / "stranger", Model(model.text, facts))
    return str(tmp_path / "stranger")


def test_a_promotion_returns_when_the_running_engine_decides_with_the_model(
    tmp_path: Path, later: Path, model_folder: Path
) -> None:
    asked = listening(tmp_path / "home", later)
    with running(asked):
        said = in_effect(asked, promoted(asked, str(model_folder)))
        assert said == "The running engine decides with it."
        state = ready(asked.home)
        assert state is not None
        assert state["versions"]["model"] == "1"


def test_a_model_of_other_features_is_refused_and_the_one_before_stays(
    tmp_path: Path, later: Path, model_folder: Path, stranger: str
) -> None:
    asked = listening(tmp_path / "home", later)
    promoted(asked, str(model_folder))
    with running(asked):
        with pytest.raises(ModelIncompatible, match="refused model 2 and goes on with 1"):
            in_effect(asked, promoted(asked, stranger))
        assert in_effect(asked, rolled_back(asked)) == "The running engine decides with it."


def test_an_engine_that_was_given_a_model_keeps_it_and_says_so(
    tmp_path: Path, later: Path, model_folder: Path
) -> None:
    asked = listening(tmp_path / "home", later, str(model_folder))
    with running(asked):
        said = in_effect(asked, promoted(asked, str(model_folder)))
        assert said == "The running engine was started with model 1 and keeps it."


def test_without_an_engine_a_promotion_takes_effect_at_the_next_start(
    tmp_path: Path, model_folder: Path
) -> None:
    asked = listening(tmp_path / "home")
    assert in_effect(asked, promoted(asked, str(model_folder))) == (
        "It takes effect at the next start."
    )


def test_a_model_is_named_by_folder_by_number_or_as_the_champion(
    tmp_path: Path, model_folder: Path
) -> None:
    home, preset = tmp_path / "home", builtin("payments")
    with pytest.raises(UsageInvalid, match="no champion yet"):
        chosen(listening(home, model="champion"), preset)
    promoted(listening(home), str(model_folder))
    for name in (str(model_folder), "1", "champion"):
        programs = chosen(listening(home, model=name), preset)
        assert programs.current().versions["model"] == "1"
        assert programs.follows_champion == (name == "champion")
    with pytest.raises(UsageInvalid, match="no model 7"):
        chosen(listening(home, model="7"), preset)


def test_engines_of_several_homes_may_share_one_registry(
    tmp_path: Path, model_folder: Path
) -> None:
    def at(home: str) -> Settings:
        return Settings(
            home=tmp_path / home, models=tmp_path / "shared", secret=SecretStr("x" * 16)
        )

    promoted(at("one"), str(model_folder))
    assert chosen(at("other"), builtin("payments")).current().versions["model"] == "1"
    assert not (tmp_path / "one" / "models").exists()


def test_a_model_of_the_journal_that_the_registry_lacks_is_an_error_that_says_what_to_share(
    tmp_path: Path, model_folder: Path
) -> None:
    one, other = listening(tmp_path / "one"), listening(tmp_path / "other")
    promoted(one, str(model_folder))
    decided_with = chosen(one, builtin("payments")).current().versions
    with pytest.raises(ModelIncompatible, match="decided with model 1") as caught:
        chosen(other, builtin("payments")).of(decided_with)
    assert "use one registry" in str(caught.value)
