"""Every setting there is, with its default; checked as a whole, all problems at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from fraudstream.config.kafka import KafkaSettings
from fraudstream.config.spark import SparkSettings
from fraudstream.config.values import Age, Duration, Size, Words
from fraudstream.schema.durations import DAY

__all__ = ["EngineSettings", "LogSettings", "RunSettings", "Settings", "StoreSettings"]


def _database(url: str) -> str:
    if url and not url.startswith(("duckdb:", "postgresql://", "postgres://")):
        raise ValueError("it is no database; write duckdb:PATH or postgresql://USER@HOST/DATABASE")
    return url


def _cluster(on: str) -> str:
    if on != "local" and not on.startswith(("spark://", "spark:local")):
        raise ValueError(
            f'"{on}" is no place to run on; write local, spark://HOST:7077 or "spark:local[*]"'
        )
    return on


class _Table(BaseModel):
    """A table of fraudstream.toml: frozen, and an unknown key is a problem."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class RunSettings(_Table):
    """``[run]``: where messages come from and decisions go.

    ``primary`` names the sink that keeps the journal, where it is not to be the database. ``on``
    is ``local`` for this process, or a Spark cluster.
    """

    source: Words = ()
    sink: Words = ()
    primary: str = ""
    http: str = "127.0.0.1:8710"
    on: Annotated[str, AfterValidator(_cluster)] = "local"


class StoreSettings(_Table):
    """``[store]``: where decisions are kept; empty is the home folder's own DuckDB file.

    What is older than ``retention`` may be deleted (``never``: nothing is), what is older than
    ``compress_after`` compressed: by TimescaleDB itself, else by ``fraudstream db prune``.
    """

    url: Annotated[str, AfterValidator(_database)] = ""
    retention: Age = 0
    compress_after: Age = 7 * DAY


class EngineSettings(_Table):
    """``[engine]``: how much at once, and how often the state is kept."""

    max_batch: int = Field(default=8192, ge=1, le=1_000_000)
    checkpoint_every: Duration = 60_000
    max_memory: Size = 0


class LogSettings(_Table):
    """``[log]``: what is said on standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"


class Settings(_Table):
    """All settings; see ``fraudstream config show`` for where each value came from.

    ``models`` is the folder of the registry, where it is not in the home folder: the engines that
    take over from one another need the same one.
    """

    preset: str = "payments"
    model: Path | None = None
    home: Path = Path(".fraudstream")
    models: Path | None = None
    secret: SecretStr | None = None
    run: RunSettings = RunSettings()
    store: StoreSettings = StoreSettings()
    engine: EngineSettings = EngineSettings()
    kafka: KafkaSettings = KafkaSettings()
    spark: SparkSettings = SparkSettings()
    log: LogSettings = LogSettings()
