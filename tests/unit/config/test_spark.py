"""[spark]: places, trigger, and Spark's own keys, verbatim."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from fraudstream.config import Settings
from fraudstream.config.layers import is_secret
from fraudstream.config.spark import SparkSettings

NAMES = ("at_once", "available")


@pytest.mark.parametrize(
    ("written", "trigger"),
    [("5s", 5000), (2, 2000), ("at_once", "at_once"), ("available", "available")],
)
def test_a_trigger_is_a_duration_or_what_is_there_now(written: object, trigger: object) -> None:
    assert SparkSettings.model_validate({"trigger": written}).trigger == trigger


def test_keys_with_dots_come_back_together() -> None:
    given = {"conf": {"spark": {"executor": {"memory": "2g"}, "ui": {"enabled": False}}}}
    conf = SparkSettings.model_validate(given).conf
    assert conf == {"spark.executor.memory": "2g", "spark.ui.enabled": "false"}


def test_a_place_to_run_on_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValidationError, match="spark://HOST:7077"):
        Settings.model_validate({"run": {"on": "yarn"}})


def test_passwords_of_sparks_client_are_not_shown() -> None:
    assert is_secret("spark.kafka.sasl.jaas.config")
    assert is_secret("spark.kafka.ssl.keystore.password")
    assert not is_secret("spark.conf.spark.executor.memory")
