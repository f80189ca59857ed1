"""Which layer wins, what a mistake reads like, and that secrets stay secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from fraudstream.config import load
from fraudstream.errors import SettingsInvalid

WRITTEN = """\
preset = "bank.toml"
model = "models/7"

[run]
source = ["a.jsonl", "b.jsonl"]
"""


def _folder(tmp_path: Path, text: str = WRITTEN) -> Path:
    (tmp_path / "fraudstream.toml").write_text(text)
    return tmp_path


def test_without_anything_the_defaults_are_in_force(tmp_path: Path) -> None:
    settings = load(environment={}, folder=tmp_path).settings
    assert (settings.preset, settings.model, settings.run.http) == (
        "payments",
        None,
        "127.0.0.1:8710",
    )


def test_the_file_wins_over_defaults_and_its_paths_lie_beside_it(tmp_path: Path) -> None:
    settings = load(environment={}, folder=_folder(tmp_path)).settings
    assert settings.preset == str(tmp_path / "bank.toml")
    assert settings.model == tmp_path / "models/7"
    assert settings.run.source == ("a.jsonl", "b.jsonl")


def test_the_name_of_a_builtin_preset_in_the_file_is_not_a_path(tmp_path: Path) -> None:
    folder = _folder(tmp_path, 'preset = "classic"\n')
    assert load(environment={}, folder=folder).settings.preset == "classic"


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    environment = {"FRAUDSTREAM_RUN__SOURCE": "c.jsonl d.jsonl", "FRAUDSTREAM_PRESET": "classic"}
    settings = load(environment=environment, folder=_folder(tmp_path)).settings
    assert settings.run.source == ("c.jsonl", "d.jsonl")
    assert settings.preset == "classic"


def test_brokers_and_topics_of_one_url_stay_together_in_the_environment(tmp_path: Path) -> None:
    url = "kafka://h1:9092,h2:9092/raw_transactions,labels"
    environment = {"FRAUDSTREAM_RUN__SOURCE": url}
    assert load(environment=environment, folder=_folder(tmp_path)).settings.run.source == (url,)


def test_the_command_line_wins_over_everything(tmp_path: Path) -> None:
    options = {"preset": "handbook", "model": None, "run.source": ["-"]}
    environment = {"FRAUDSTREAM_PRESET": "classic"}
    settings = load(options, environment, _folder(tmp_path)).settings
    assert (settings.preset, settings.run.source) == ("handbook", ("-",))
    assert settings.model == tmp_path / "models/7"


def test_every_value_says_where_it_came_from(tmp_path: Path) -> None:
    loaded = load({"home": "h"}, {"FRAUDSTREAM_LOG__LEVEL": "debug"}, _folder(tmp_path))
    origins = {name: origin for name, _, origin in loaded.rows()}
    assert origins["home"] == "--home"
    assert origins["log.level"] == "FRAUDSTREAM_LOG__LEVEL"
    assert origins["preset"] == str(tmp_path / "fraudstream.toml")
    assert origins["engine.max_batch"] == "default"


def test_all_problems_are_listed_with_their_places(tmp_path: Path) -> None:
    folder = _folder(tmp_path, '[engine]\nmax_batch = 0\n\n[run]\nhttpp = "x"\n')
    with pytest.raises(SettingsInvalid) as caught:
        load(environment={"FRAUDSTREAM_LOG__LEVEL": "loud"}, folder=folder)
    told = str(caught.value)
    file = folder / "fraudstream.toml"
    assert f"{file}:2:1  engine.max_batch: Input should be greater than or equal to 1" in told
    assert f'{file}:5:1  run.httpp: there is no such setting; did you mean "run.http"?' in told
    assert "FRAUDSTREAM_LOG__LEVEL  log.level:" in told
    assert told.startswith("error[settings-invalid]: 3 settings cannot be used")


def test_a_file_that_is_not_toml_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="is not TOML"):
        load(environment={}, folder=_folder(tmp_path, "preset = payments\n"))


def test_a_table_where_a_value_belongs_is_a_problem_not_a_crash(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid):
        load(environment={}, folder=_folder(tmp_path, 'run = "x"\n[engine.max_batch]\nx = 1\n'))
    with pytest.raises(SettingsInvalid):
        load(environment={"FRAUDSTREAM_PRESET__X": "1", "FRAUDSTREAM_PRESET": "p"}, folder=tmp_path)


def test_sizes_are_written_as_people_write_them(tmp_path: Path) -> None:
    settings = load(environment={"FRAUDSTREAM_ENGINE__MAX_MEMORY": "2GB"}, folder=tmp_path).settings
    assert settings.engine.max_memory == 2 << 30


def test_durations_are_written_as_people_write_them(tmp_path: Path) -> None:
    environment = {"FRAUDSTREAM_ENGINE__CHECKPOINT_EVERY": "5m"}
    assert (
        load(environment=environment, folder=tmp_path).settings.engine.checkpoint_every == 300_000
    )
    with pytest.raises(SettingsInvalid, match="is not a duration"):
        load(environment={"FRAUDSTREAM_ENGINE__CHECKPOINT_EVERY": "often"}, folder=tmp_path)


def test_a_secret_may_come_from_a_file_and_is_never_shown(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("0123456789abcdef\n")
    loaded = load(environment={"FRAUDSTREAM_SECRET_FILE": str(tmp_path / "key")}, folder=tmp_path)
    assert loaded.settings.secret is not None
    assert loaded.settings.secret.get_secret_value() == "0123456789abcdef"
    assert "0123456789abcdef" not in str(list(loaded.rows()))


def test_a_secret_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="FRAUDSTREAM_SECRET_FILE"):
        load(environment={"FRAUDSTREAM_SECRET_FILE": str(tmp_path / "none")}, folder=tmp_path)


def test_a_password_in_the_address_of_a_store_is_not_shown(tmp_path: Path) -> None:
    loaded = load(
        environment={"FRAUDSTREAM_STORE__URL": "duckdb://me:hush@host/x"}, folder=tmp_path
    )
    shown = {name: value for name, value, _ in loaded.rows()}
    assert shown["store.url"] == "duckdb://me:***@host/x"
