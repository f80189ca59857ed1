"""PostgreSQL, with TimescaleDB where that is installed: a database cluster in a folder.

It listens on this machine only and takes no one without the password, which is made at random and
kept in a file that only its owner can read. Its server refuses to run as root, so root runs it as
the user whom Debian's package makes for it.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import secrets
import shlex
import shutil
import signal
import subprocess
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from fraudstream.errors import NotInstalled
from fraudstream.stack.packages import POSTGRES, need, postgres_programs
from fraudstream.stack.ports import LOCALHOST, kept_ports
from fraudstream.stack.server import Launch, Server

if TYPE_CHECKING:
    import psycopg

__all__ = ["Postgres"]

OWNER = "fraudstream"
NOT_ROOT = "postgres"
ROOTS_DATA = Path("/var/lib/fraudstream")
"""Where root's servers keep data that their own user could not reach (a home folder is private)."""

SETTINGS = {
    "listen_addresses": LOCALHOST,
    "unix_socket_directories": "",
    "max_connections": "100",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class Postgres:
    """The database server of a folder. Made again from the same folder, it is the same server."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.folder = folder
        self.port = kept_ports(folder, ["postgres"], {"postgres": port} if port else None)[
            "postgres"
        ]
        # SIGINT: end sessions and shut down; SIGTERM would wait for every client to leave
        self.server = Server("postgres", folder, stop_signal=signal.SIGINT)
        self.user = NOT_ROOT if os.geteuid() == 0 else None
        self.place = _place(folder, self.user)

    @property
    def password(self) -> str:
        """The password of the owner of all databases; made when first asked for."""
        path = self.folder / "postgres.password"
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_hex(16))
        return path.read_text(encoding="ascii")

    def url(self, database: str = "postgres") -> str:
        """Address of a database with user and password: a secret."""
        return f"postgresql://{OWNER}:{self.password}@{LOCALHOST}:{self.port}/{database}"

    def start(self, timeout: float = 60) -> None:
        """Start it unless it runs, and return when it takes sessions."""
        need(POSTGRES)
        self._prepare()
        self.server.start(Launch(["sh", "-c", self._script()], user=self.user))
        self.server.wait_ready(self.ready, timeout)

    def stop(self) -> None:
        """End every session and shut down; returns when it is gone."""
        self.server.stop()

    def remove(self) -> None:
        """Stop it and delete its data."""
        self.server.stop(timeout=5)
        shutil.rmtree(self.place, ignore_errors=True)
        if self.place.parent == ROOTS_DATA and ROOTS_DATA.exists() and not os.listdir(ROOTS_DATA):
            ROOTS_DATA.rmdir()

    def ready(self) -> bool:
        """Whether it takes sessions."""
        asked = [_program("pg_isready"), "-q", "-h", LOCALHOST, "-p", str(self.port), "-t", "2"]
        return subprocess.run(asked, check=False).returncode == 0

    def create_database(self, name: str) -> str:
        """Create an empty database, with TimescaleDB where installed, and return its address."""
        from psycopg import sql

        with closing(self._session("postgres")) as session:
            session.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        if self.has_timescale:
            with closing(self._session(name)) as session:
                session.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
        return self.url(name)

    def has_database(self, name: str) -> bool:
        """Whether there is a database of this name."""
        with closing(self._session("postgres")) as session:
            asked = session.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
            return asked.fetchone() is not None

    def drop_database(self, name: str) -> None:
        """Delete a database and end the sessions that use it."""
        from psycopg import sql

        with closing(self._session("postgres")) as session:
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            session.execute(drop.format(sql.Identifier(name)))

    @property
    def has_timescale(self) -> bool:
        """Whether TimescaleDB is installed for this version of PostgreSQL."""
        return (Path(_program("postgres")).parents[1] / "lib" / "timescaledb.so").exists()

    def _session(self, database: str) -> psycopg.Connection:
        try:
            import psycopg
        except ImportError as error:
            raise NotInstalled.of_extra(
                "postgres", "The client of PostgreSQL is not installed."
            ) from error
        return psycopg.connect(self.url(database), autocommit=True)

    def _settings(self) -> dict[str, str]:
        preload = {"shared_preload_libraries": "timescaledb"} if self.has_timescale else {}
        return {**SETTINGS, "port": str(self.port), **preload}

    def _prepare(self) -> None:
        """Make the folder of the server's own user, with the password that it is to ask for."""
        if (self.place / "data").exists():
            return
        self.place.mkdir(parents=True, exist_ok=True, mode=0o700)
        asked = self.place / "password"
        with open(os.open(asked, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(self.password)
        _give([self.place, asked], self.user)

    def _script(self) -> str:
        """Shell text that creates the data folder, whole or not at all, and becomes the server."""
        create = [_program("initdb"), "-D", "draft", "-U", OWNER, "-E", "UTF8"]
        create += ["--locale=C.UTF-8", "--auth=scram-sha-256", "--pwfile=password"]
        settings = [f"-c{name}={value}" for name, value in self._settings().items()]
        serve = [_program("postgres"), "-D", f"{self.place}/data", *settings]
        return (
            f"cd {shlex.quote(str(self.place))} && {{ test -d data ||"
            f" {{ rm -rf draft && {shlex.join(create)} && mv draft data && rm password; }}; }}"
            f" && exec {shlex.join(serve)}"
        )


def _program(name: str) -> str:
    need(POSTGRES)
    return f"{postgres_programs()}/{name}"


def _place(folder: Path, user: str | None) -> Path:
    """Where the data is: in the folder, unless the server's own user could not get there."""
    path = folder.absolute()
    if user is None or all(parent.stat().st_mode & 0o001 for parent in (path, *path.parents)):
        return path / "postgres"
    return ROOTS_DATA / f"postgres-{hashlib.sha256(str(path).encode()).hexdigest()[:12]}"


def _give(paths: Sequence[Path], user: str | None) -> None:
    """Make ``user`` their owner."""
    if user is None:
        return
    try:
        owner = pwd.getpwnam(user)
    except KeyError:
        raise NotInstalled(
            f"PostgreSQL does not run as root, and there is no user {user} to run it as.",
            advice=f"Make one: useradd --system {user}; or do not run this as root.",
        ) from None
    for path in paths:
        os.chown(path, owner.pw_uid, owner.pw_gid)
