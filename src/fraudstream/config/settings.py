"""Every setting there is, with its default; checked as a whole, all problems at once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from fraudstream.config.kafka import KafkaSettings
from fraudstream.schema.durations import DAY, duration_ms

__all__ = ["EngineSettings", "LogSettings", "RunSettings", "Settings", "StoreSettings"]

_SIZE = re.compile(r"(\d+)\s*([KMGT]?)i?B?", re.IGNORECASE)


def _bytes(value: object) -> object:
    """``"4GB"`` to bytes (powers of 1024); a bare number is bytes."""
    if not isinstance(value, str) or not (match := _SIZE.fullmatch(value.strip())):
        if isinstance(value, str):
            raise ValueError(f'"{value}" is not a size; write "4GB" (B KB MB GB TB)')
        return value
    return int(match[1]) << (10 * " KMGT".index(match[2].upper() or " "))


def _words(value: object) -> object:
    """A comma-separated text to a list, so that lists fit into one environment variable."""
    return [word for word in value.split(",") if word] if isinstance(value, str) else value


def _milliseconds(value: object) -> object:
    """``"30s"`` to ms; a bare number is seconds."""
    return duration_ms(value, longest=DAY) if isinstance(value, str | int) else value


def _age(value: object) -> object:
    """``"90d"`` to ms; ``never`` is 0."""
    if value in (0, "0", "", "never"):
        return 0
    return duration_ms(value, longest=3650 * DAY) if isinstance(value, str | int) else value


def _database(url: str) -> str:
    if url and not url.startswith(("duckdb:", "postgresql://", "postgres://")):
        raise ValueError("it is no database; write duckdb:PATH or postgresql://USER@HOST/DATABASE")
    return url


Size = Annotated[int, BeforeValidator(_bytes), Field(ge=0)]
Duration = Annotated[int, BeforeValidator(_milliseconds)]
Age = Annotated[int, BeforeValidator(_age)]
Words = Annotated[tuple[str, ...], BeforeValidator(_words)]


class _Table(BaseModel):
    """A table of fraudstream.toml: frozen, and an unknown key is a problem."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class RunSettings(_Table):
    """``[run]``: where messages come from and decisions go.

    ``primary`` names the sink that keeps the journal, where it is not to be the database.
    """

    source: Words = ()
    sink: Words = ()
    primary: str = ""
    http: str = "127.0.0.1:8710"


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
    """All settings; see ``fraudstream config show`` for where each value came from."""

    preset: str = "payments"
    model: Path | None = None
    home: Path = Path(".fraudstream")
    secret: SecretStr | None = None
    run: RunSettings = RunSettings()
    store: StoreSettings = StoreSettings()
    engine: EngineSettings = EngineSettings()
    kafka: KafkaSettings = KafkaSettings()
    log: LogSettings = LogSettings()
