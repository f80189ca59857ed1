"""What tests do with a PostgreSQL of their own: databases, and failures."""

from __future__ import annotations

import uuid

from fraudstream.stack import Postgres


class DatabaseServer:
    """A database server that one test has for itself."""

    def __init__(self, postgres: Postgres) -> None:
        self.postgres = postgres
        self._databases: list[str] = []

    def database(self) -> str:
        """Address of a new, empty database."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        self._databases.append(name)
        return self.postgres.create_database(name)

    def start(self) -> None:
        """Start it again and return when it takes sessions."""
        self.postgres.start()

    def stop(self) -> None:
        """End every session and shut down."""
        self.postgres.stop()

    def kill(self) -> None:
        """SIGKILL to all of its processes: what was committed must be there afterwards."""
        self.postgres.server.kill()

    def pause(self) -> None:
        """It hangs: sessions stay open and answer nothing."""
        self.postgres.server.pause()

    def resume(self) -> None:
        """It goes on."""
        self.postgres.server.resume()

    def mend(self) -> None:
        """Bring it back to health, without the databases of the test."""
        self.resume()
        self.start()
        for name in self._databases:
            self.postgres.drop_database(name)
