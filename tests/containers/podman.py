"""Building and running the project's images where no Docker engine runs: by buildah and podman.

Nothing is pulled: the base image is made by debootstrap, under the name that the Dockerfile asks
for. What it lacks against the real one is Docker's own Python; Debian's stands in for it.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from tests.deploy import dockerfile
from tests.services import shared
from tests.structure.sources import ROOT

from fraudstream.errors import NotInstalled
from fraudstream.stack import packages
from fraudstream.stack.packages import Package

NEEDED = ("buildah", "podman", "debootstrap")
TARGETS = ("engine", "producer", "model", "spark")
SUITE = "bookworm"
CERTIFICATES = "/etc/ssl/certs"
INSIDE = 10_001
"""The user that our images run as."""

# Each command has mounts of its own. The second hierarchy of control groups is hidden from it:
# containers of a machine that is a container itself may not write there.
_PRIVATE = (
    "unshare",
    "--mount",
    "sh",
    "-c",
    'umount /sys/fs/cgroup/unified 2>/dev/null; exec "$0" "$@"',
)
_BOUNDED = ("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=4096:4096")


def missing() -> list[Package]:
    """Debian packages that building needs and that are not there."""
    return packages.missing([Package(p, f"the program {p}", partial(_is_there, p)) for p in NEEDED])


def ready() -> None:
    """Skip, or fail where CI=true, what cannot be done here."""
    try:
        packages.need(*missing())
    except NotInstalled as error:
        shared.refuse(error)
    if os.geteuid() != 0:
        pytest.skip("images are built in a mount namespace of their own, which takes root")


def _is_there(program: str) -> bool:
    return any(os.access(f"{folder}/{program}", os.X_OK) for folder in _path())


def _path() -> list[str]:
    return [*os.environ["PATH"].split(":"), "/usr/sbin"]


@dataclass(frozen=True)
class Container:
    """What runs: one of the Dockerfile's targets, with what a service of Compose says."""

    target: str
    words: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    volumes: Mapping[Path, str] = field(default_factory=dict)
    entrypoint: Sequence[str] = ()


@dataclass
class Podman:
    """Images and containers in a folder of their own."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        storage = self.folder / "storage.conf"
        storage.write_text(
            f'[storage]\ndriver = "{self._driver()}"\n'
            f'graphroot = "{self.folder}/storage"\nrunroot = "{self.folder}/run"\n',
            encoding="utf-8",
        )
        path = ":".join(_path())
        self.environment = {**os.environ, "PATH": path, "CONTAINERS_STORAGE_CONF": str(storage)}

    def _driver(self) -> str:
        """Layers on top of each other where the kernel lets us, else copies of everything."""
        parts = [self.folder / name for name in ("low", "high", "work", "all")]
        for part in parts:
            part.mkdir(exist_ok=True)
        low, high, work, everything = map(str, parts)
        options = f"lowerdir={low},upperdir={high},workdir={work}"
        mount = ["mount", "-t", "overlay", "overlay", "-o", options, everything]
        tried = subprocess.run(["unshare", "--mount", *mount], capture_output=True, check=False)
        return "overlay" if tried.returncode == 0 else "vfs"

    def make_base(self, archive: Path) -> None:
        """Import the base image; the archive of its files is made once."""
        if not archive.exists():
            archive.parent.mkdir(parents=True, exist_ok=True)
            draft = archive.with_suffix(f".{os.getpid()}")
            wanted = "--include=python3,python3-venv,ca-certificates"
            self._run("debootstrap", "--variant=minbase", wanted, SUITE, f"{self.folder}/base")
            self._run("tar", "-C", f"{self.folder}/base", "-cf", str(draft), ".")
            draft.rename(archive)
        arguments, _ = dockerfile.parsed()
        self._run("podman", "import", "--quiet", str(archive), arguments["PYTHON_IMAGE"])

    def build(self, target: str) -> None:
        """Build one of the Dockerfile's targets, for its name in docker-compose.yml."""
        # Java adds a store of its own: into a layer that is thrown away
        certificates = f"{CERTIFICATES}:{CERTIFICATES}:O"
        building = ("buildah", "build", "--isolation", "chroot", "--pull-never", "--layers")
        told = ("--format", "docker", "--volume", certificates, "--file", str(dockerfile.FILE))
        self._run(*building, *told, "--target", target, "--tag", tag(target), str(ROOT))

    def run(self, container: Container) -> str:
        """What a container prints, once it has ended well."""
        return self._checked(_command(container))

    def start(self, container: Container, log: Path) -> subprocess.Popen[bytes]:
        """A container that goes on; a signal to this process reaches what runs in it."""
        with log.open("ab") as out:
            return subprocess.Popen(
                _command(container), env=self.environment, stdout=out, stderr=out
            )

    def remove(self) -> None:
        """Take everything away, also what only the storage's own tools can."""
        self._run("podman", "system", "reset", "--force")

    def _run(self, *words: str) -> str:
        return self._checked([*_PRIVATE, *words])

    def _checked(self, command: Sequence[str]) -> str:
        ran = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, f"{' '.join(command)}\n{ran.stdout[-3000:]}{ran.stderr[-3000:]}"
        return ran.stdout


def tag(target: str) -> str:
    """The name of an image as docker-compose.yml has it."""
    return f"localhost/fraudstream/{target}:0.1.0"


def _command(container: Container) -> list[str]:
    """What runs a container until it ends, with no powers and on this machine's network."""
    given = [f"--env={name}={value}" for name, value in container.environment.items()]
    given += [f"--volume={host}:{inside}" for host, inside in container.volumes.items()]
    first, more = container.entrypoint[:1], container.entrypoint[1:]
    given += [f"--entrypoint={program}" for program in first]
    safe = ("--cap-drop=all", "--security-opt=no-new-privileges")
    run = ("podman", "run", "--rm", "--no-healthcheck", "--network=host", *_BOUNDED, *safe, *given)
    return [*_PRIVATE, *run, tag(container.target), *more, *container.words]
