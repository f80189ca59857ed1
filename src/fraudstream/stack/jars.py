"""Java libraries from Maven Central, fetched once into the user's cache."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from fraudstream.errors import NotInstalled, NotReachable, Problem

__all__ = ["class_path", "fetched", "spark_connector"]

POM = """\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>fraudstream</groupId><artifactId>{name}</artifactId><version>1</version>
  <dependencies>{dependencies}</dependencies>
</project>
"""
DEPENDENCY = (
    "<dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version></dependency>"
)


_CONNECTOR = (
    "org.apache.spark:spark-sql-kafka-0-10_2.13:4.2.0",
    "org.apache.spark:spark-token-provider-kafka-0-10_2.13:4.2.0",
    "org.apache.kafka:kafka-clients:3.9.2",
    "org.apache.commons:commons-pool2:2.13.1",
)


def spark_connector() -> list[str]:
    """What Spark needs to read Kafka, besides what it has itself; paths."""
    folder = fetched("spark-kafka", _CONNECTOR, alone=True)
    return sorted(str(jar) for jar in folder.glob("*.jar"))


def fetched(name: str, coordinates: Sequence[str], alone: bool = False) -> Path:
    """The folder of some libraries and all they depend on; asks Maven only the first time.

    ``coordinates`` are ``group:artifact:version``; with ``alone`` what they depend on is not
    fetched. Raises ``NotInstalled`` without Maven and ``NotReachable`` where it finds no
    repository.
    """
    folder = _cache() / f"{name}-{'+'.join(c.rpartition(':')[2] for c in coordinates)}"
    if folder.exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _fetch(name, coordinates, folder, alone)
    return folder


def class_path(folder: Path) -> str:
    """Java's name for all libraries in a folder."""
    return str(folder / "*")


def _cache() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(cache) / "fraudstream" / "jars"


def _fetch(name: str, coordinates: Sequence[str], folder: Path, alone: bool) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise NotInstalled(
            f"The Java libraries of {name} are fetched by Maven, which is not installed.",
            advice="Install it: sudo apt-get install -y maven",
        )
    with tempfile.TemporaryDirectory(dir=folder.parent) as draft:
        dependencies = "".join(DEPENDENCY.format(*c.split(":")) for c in coordinates)
        pom = Path(draft) / "pom.xml"
        pom.write_text(POM.format(name=name, dependencies=dependencies), encoding="utf-8")
        wanted = [f"-DexcludeTransitive={str(alone).lower()}"]
        _run_maven([maven, "-f", str(pom), *wanted], name, Path(draft) / "jars")
        (Path(draft) / "jars").rename(folder)


def _run_maven(maven: Sequence[str], name: str, output: Path) -> None:
    quiet = ("--quiet", "--batch-mode", "--strict-checksums", "--no-transfer-progress")
    goal = ("dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={output}")
    done = subprocess.run([*maven, *quiet, *goal], capture_output=True, text=True, check=False)
    if done.returncode != 0 or not output.exists():
        said = [line for line in done.stdout.splitlines() if "ERROR" in line][:3]
        raise NotReachable(
            f"Maven could not fetch the Java libraries of {name}.",
            [Problem(line, "mvn") for line in said],
            "Check that a Maven repository can be reached, then try again.",
        )
