"""The connection to a cluster: what Spark is told before it starts."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

from fraudstream.errors import NotInstalled, NotReachable, Problem

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["Cluster", "connect", "is_here", "master_of"]

_SETTINGS = {
    "spark.sql.streaming.stateStore.providerClass": "org.apache.spark.sql.execution.streaming."
    "state.RocksDBStateStoreProvider",
    "spark.sql.streaming.stateStore.rocksdb.changelogCheckpointing.enabled": "true",
    # a batch is one job whose outputs are numbered: Spark must not join or split them
    "spark.sql.adaptive.enabled": "false",
    # Python gets a few thousand messages at a time; without a limit in bytes, for to ask after each
    # row how large all are together took a fifth of the workers' time
    "spark.sql.execution.arrow.maxRecordsPerBatch": "4096",
    "spark.sql.execution.arrow.maxBytesPerBatch": str(2**31 - 1),
    "spark.python.worker.reuse": "true",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.memory": "1g",
    "spark.executor.memory": "512m",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where a job runs: the master, libraries that the workers need, Spark's own settings.

    ``partitions`` is how many tasks a stage has; ``log`` is the file that takes what Spark says;
    ``packages`` the archive of Python packages that is sent to workers, None where they have the
    driver's own.
    """

    master: str
    name: str
    log: Path
    partitions: int = 4
    jars: Sequence[str] = ()
    packages: Path | None = None
    conf: Mapping[str, str] = field(default_factory=dict)


def master_of(on: str) -> str:
    """Spark's own name of what ``--on`` names: ``spark:local[*]`` is ``local[*]``.

    >>> master_of("spark:local[2]"), master_of("spark://host:7077")
    ('local[2]', 'spark://host:7077')
    """
    return on if on.startswith("spark://") else on.removeprefix("spark:")


def connect(cluster: Cluster) -> SparkSession:
    """Start a driver in this process; raises ``NotInstalled`` or ``NotReachable``."""
    if find_spec("pyspark") is None:
        raise NotInstalled(
            "Spark is not installed.", advice="Install it: pip install 'fraudstream[spark]'"
        )
    _choose_python(cluster)
    if is_here(cluster.master):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")  # else its pages are for everybody
    try:
        return _session(cluster)
    except Exception as error:
        raise NotReachable(
            f"No job could be started on {cluster.master}.",
            [Problem(str(error).strip().splitlines()[0], str(cluster.log))],
            "Is Java installed (fraudstream doctor), and is a cluster running there (fraudstream "
            "spark cluster status)?",
        ) from error


def _choose_python(cluster: Cluster) -> None:
    """Which Python runs our code: Spark gives driver and workers one and the same name for it."""
    if cluster.packages is None:
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        return
    python = os.environ.setdefault("PYSPARK_PYTHON", "python{}.{}".format(*sys.version_info))
    if which(python) is None:
        raise NotInstalled(
            f"There is no {python} here, by which name the workers' Python is called.",
            advice="Put it on the PATH, or name another in PYSPARK_PYTHON.",
        )
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))


def _session(cluster: Cluster) -> SparkSession:
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    settings = {**_SETTINGS, **_placed(cluster), **cluster.conf}
    conf = SparkConf().setMaster(cluster.master).setAppName(cluster.name)
    conf.setAll(list(settings.items()))
    gateway = SparkContext._gateway
    if gateway is None:
        cluster.log.parent.mkdir(parents=True, exist_ok=True)
        with cluster.log.open("ab") as log:
            gateway = launch_gateway(conf, {"stdout": log, "stderr": log})
    context = SparkContext(conf=conf, gateway=gateway)
    return SparkSession(context)


def _placed(cluster: Cluster) -> dict[str, str]:
    log = Path(__file__).with_name("log4j2.properties")
    compiled = os.environ.get("NUMBA_CACHE_DIR")
    placed = {
        "spark.sql.shuffle.partitions": str(cluster.partitions),
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={log.as_uri()}",
        "spark.jars": ",".join(cluster.jars),
    }
    if compiled:
        placed["spark.executorEnv.NUMBA_CACHE_DIR"] = compiled
    if cluster.packages is not None:
        placed["spark.archives"] = f"{cluster.packages.resolve().as_uri()}#packages"
        placed["spark.executorEnv.PYTHONPATH"] = "./packages"
    if is_here(cluster.master):
        placed |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    return placed


def is_here(master: str) -> bool:
    """Whether a cluster is this machine's own, as ``spark cluster up`` makes one."""
    return master.startswith("local") or "://127.0.0.1" in master or "://localhost" in master
