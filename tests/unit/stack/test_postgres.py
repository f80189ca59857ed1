"""A real database server: private, durable, found again."""

from __future__ import annotations

import psycopg
import pytest
from tests.services.database import DatabaseServer

from fraudstream.stack import Postgres


def test_a_database_is_new_and_empty_and_forces_writes_to_disk(postgres: str) -> None:
    with psycopg.connect(postgres) as session:
        tables = session.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        ).fetchone()
        fsync = session.execute("SELECT current_setting('fsync')").fetchone()
    assert (tables, fsync) == ((0,), ("on",))


def test_nobody_gets_in_without_the_password(postgres: str) -> None:
    begin, _, rest = postgres.partition("://")
    wrong = f"{begin}://fraudstream:wrong@{rest.partition('@')[2]}"
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_what_was_committed_outlives_a_killed_server(postgres_server: DatabaseServer) -> None:
    url = postgres_server.database()
    with psycopg.connect(url) as session:
        session.execute("CREATE TABLE kept AS SELECT 1 AS one")
    postgres_server.kill()
    assert not postgres_server.postgres.ready()
    postgres_server.start()
    with psycopg.connect(url) as session:
        assert session.execute("SELECT one FROM kept").fetchone() == (1,)


def test_a_server_is_found_again_from_its_folder(postgres_server: DatabaseServer) -> None:
    known = postgres_server.postgres
    found = Postgres(known.folder)
    assert found.server.pid() == known.server.pid()
    assert found.url() == known.url()
    assert known.password not in " ".join(_command_lines(known))


def _command_lines(server: Postgres) -> list[str]:
    lines = []
    for pid in server.server.family():
        with open(f"/proc/{pid}/cmdline", encoding="utf-8") as file:
            lines.append(file.read())
    return lines
