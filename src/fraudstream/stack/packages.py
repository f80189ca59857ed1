"""Programs that come as Debian packages: which are missing, and the command that installs them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fraudstream.errors import NotInstalled, Problem

__all__ = [
    "EVERYTHING",
    "JAVA",
    "MAVEN",
    "POSTGRES",
    "PROMETHEUS",
    "Package",
    "install",
    "may_install",
    "missing",
    "need",
    "postgres_programs",
]


@dataclass(frozen=True, slots=True)
class Package:
    """A Debian package, and how to tell that what it brings is there, wherever it came from."""

    name: str
    brings: str
    present: Callable[[], bool]


def _java_home() -> bool:
    home = os.environ.get("JAVA_HOME")
    return os.access(f"{home}/bin/java", os.X_OK) if home else shutil.which("java") is not None


def postgres_programs() -> Path | None:
    """The folder of PostgreSQL's server programs, the newest version where there are several."""
    found = shutil.which("initdb")
    if found and shutil.which("postgres"):
        return Path(found).resolve().parent
    folders = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(folders, key=lambda path: int(path.parts[-3]), default=None)
    return newest.parent if newest else None


JAVA = Package("default-jre-headless", "Java, which runs Kafka and Spark", _java_home)
MAVEN = Package("maven", "Maven, which fetches Kafka", lambda: shutil.which("mvn") is not None)
POSTGRES = Package("postgresql", "the PostgreSQL server", lambda: postgres_programs() is not None)
PROMETHEUS = Package(
    "prometheus", "the Prometheus server", lambda: shutil.which("prometheus") is not None
)
EVERYTHING = (JAVA, MAVEN, POSTGRES, PROMETHEUS)


def missing(packages: Sequence[Package] = EVERYTHING) -> list[Package]:
    """Those of ``packages`` that are not there."""
    return [package for package in packages if not package.present()]


def command(packages: Sequence[Package]) -> str:
    """The one command that installs packages, as a person types it."""
    return f"sudo apt-get install -y {' '.join(package.name for package in packages)}"


def need(*packages: Package) -> None:
    """Raise ``NotInstalled`` naming those of ``packages`` that are missing, and the remedy."""
    absent = missing(packages)
    if absent:
        raise NotInstalled(
            f"{len(absent)} of the programs that this needs are not installed.",
            [Problem(f"{package.brings} (Debian: {package.name})") for package in absent],
            f"Install them: {command(absent)}",
        )


def may_install() -> bool:
    """Whether to install without being asked: as root, or where CI=true, on Debian's kin."""
    allowed = os.geteuid() == 0 or os.environ.get("CI") == "true"
    return allowed and shutil.which("apt-get") is not None


def install(packages: Sequence[Package]) -> None:
    """Install Debian packages without starting the services that they bring."""
    as_root = [] if os.geteuid() == 0 else ["sudo", "--preserve-env=DEBIAN_FRONTEND,RUNLEVEL"]
    # in runlevel 1 Debian's scripts start no service: the stack starts its own, on its own ports
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    names = [package.name for package in packages]
    for words in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *names]):
        done = subprocess.run(
            [*as_root, "apt-get", *words],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise NotInstalled(
                f"Debian's {', '.join(names)} could not be installed.",
                [Problem(line, "apt-get") for line in done.stdout.splitlines()[-3:]],
                f"Install them by hand: {command(packages)}",
            )
