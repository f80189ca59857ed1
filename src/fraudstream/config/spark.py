"""``[spark]``: how a job on a cluster is spread, and Spark's own settings, verbatim."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from fraudstream.config.values import Duration, dotted

__all__ = ["SparkSettings", "is_spark_secret"]

_ENDINGS = ("password", "secret", "jaas.config")


def is_spark_secret(name: str) -> bool:
    """Whether a setting by this dotted name is never shown."""
    return name.startswith("spark.") and name.endswith(_ENDINGS)


def _texts(given: Any) -> Any:
    return dict(dotted(given)) if isinstance(given, Mapping) else given


Texts = Annotated[Mapping[str, str], BeforeValidator(_texts)]
Places = Annotated[int, Field(ge=1, le=10_000)]


class SparkSettings(BaseModel):
    """``[spark]``; ``conf`` and ``kafka`` are Spark's and its Kafka client's keys.

    ``checkpoint`` is a folder or URL that driver and workers reach, the home folder's own if empty.
    ``trigger`` is the time between batches; ``at_once``: after the one before; ``available``: what
    is there now, then the end. State is kept by doors and buckets in so many partitions, decisions
    are written by outputs: a job's never change. ``environment`` says where workers have their
    Python packages from: ``shared`` with the driver, ``packed`` and sent along, or ``auto``: packed
    where the master is on another machine.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: str = Field(default="fraudstream", pattern=r"^[A-Za-z0-9._-]+$")
    checkpoint: str = ""
    trigger: Literal["at_once", "available"] | Duration = "at_once"
    max_batch: int = Field(default=200_000, ge=1)
    partitions: Places = 4
    doors: Places = 8
    buckets: Places = 32
    outputs: Places = 4
    environment: Literal["auto", "packed", "shared"] = "auto"
    conf: Texts = {}
    kafka: Texts = {}
