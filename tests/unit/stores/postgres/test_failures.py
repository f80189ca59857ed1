from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from urllib.parse import urlsplit

import psycopg
import pytest
from tests.services.database import DatabaseServer
from tests.unit.decisions.outcomes import NOON, PRESET, VERSIONS, Row, outcome_of
from tests.unit.stores.postgres.conftest import Ask

from fraudstream.decisions import Outcome
from fraudstream.errors import FraudstreamError, StorageFailed, Unavailable
from fraudstream.ports import Entry
from fraudstream.stores.postgres import Address, PostgresStore, migrate
from fraudstream.stores.postgres.connecting import database_errors


@pytest.fixture
def store(database: str) -> Iterator[PostgresStore]:
    opened = PostgresStore(database, PRESET)
    yield opened
    opened.close()


def entry(batch: int) -> Entry:
    return Entry(batch, {0: batch}, {0: batch + 1}, NOON, VERSIONS.as_dict())


def outcome(batch: int) -> Outcome:
    return outcome_of([Row(f"tx_{batch}")], [0])


def test_a_session_that_was_ended_is_made_anew(store: PostgresStore, ask: Ask) -> None:
    store.write(entry(0), outcome(0))
    ask("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()")
    with pytest.raises(Unavailable, match="does not answer"):
        store.write(entry(1), outcome(1))
    store.write(entry(1), outcome(1))
    assert store.position() == 1
    assert ask("select count(*) from transactions") == [(2,)]


def test_a_server_that_was_killed_is_waited_for(postgres_server: DatabaseServer) -> None:
    url = postgres_server.database()
    migrate(Address.of(url))
    with closing(PostgresStore(url, PRESET)) as store:
        store.write(entry(0), outcome(0))
        postgres_server.kill()
        for _ in range(2):
            with pytest.raises(Unavailable):
                store.write(entry(1), outcome(1))
        with pytest.raises(Unavailable):
            store.position()
        postgres_server.start()
        assert store.position() == 0
        store.write(entry(1), outcome(1))
        assert [each.batch for each in store.entries(-1)] == [0, 1]


def test_after_a_lost_answer_to_a_commit_the_position_tells_the_truth(
    database: str, ask: Ask
) -> None:
    with _losing_the_answer_to_a_commit(database) as url:
        store = PostgresStore(url, PRESET)
        with pytest.raises(Unavailable):
            store.write(entry(0), outcome(0))
        assert store.position() == 0
        store.write(entry(0), outcome(0))
        store.close()
    assert ask("select count(*) from transactions") == [(1,)]


@contextmanager
def _losing_the_answer_to_a_commit(url: str) -> Iterator[str]:
    """A way to the database on which the first commit's answer gets lost with its connection."""
    parts = urlsplit(url)
    assert parts.port is not None
    listener = socket.create_server(("127.0.0.1", 0))
    server = (parts.hostname or "", parts.port)
    committing, answered = threading.Event(), threading.Event()

    def answers(behind: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := behind.recv(65_536):
                if committing.is_set() and not answered.is_set():
                    answered.set()
                    client.shutdown(socket.SHUT_RDWR)
                    return
                client.sendall(data)

    def pass_on(client: socket.socket) -> None:
        with client, socket.create_connection(server) as behind:
            back = threading.Thread(target=answers, args=(behind, client), daemon=True)
            back.start()
            while data := client.recv(65_536):
                if b"COMMIT" in data:
                    committing.set()
                behind.sendall(data)
            behind.shutdown(socket.SHUT_WR)
            back.join(10)

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=pass_on, args=(client,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    with listener:
        yield url.replace(f":{parts.port}/", f":{listener.getsockname()[1]}/")
    assert answered.is_set()


def test_a_refused_write_keeps_nothing_and_can_be_repeated(store: PostgresStore, ask: Ask) -> None:
    store.write(entry(0), outcome(0))
    ask("alter table alerts rename to elsewhere")
    with pytest.raises(StorageFailed, match="nothing of the batch was kept"):
        store.write(entry(1), outcome_of([Row("tx_1")], [931_200]))
    assert ask("select count(*) from transactions") == [(1,)]
    ask("alter table elsewhere rename to alerts")
    store.write(entry(1), outcome_of([Row("tx_1")], [931_200]))
    assert store.position() == 1


KINDS: list[tuple[type[psycopg.Error], type[FraudstreamError]]] = [
    (psycopg.errors.AdminShutdown, Unavailable),
    (psycopg.errors.CannotConnectNow, Unavailable),
    (psycopg.errors.ConnectionFailure, Unavailable),
    (psycopg.errors.DeadlockDetected, Unavailable),
    (psycopg.errors.LockNotAvailable, Unavailable),
    (psycopg.errors.TooManyConnections, Unavailable),
    (psycopg.errors.ReadOnlySqlTransaction, Unavailable),
    (psycopg.OperationalError, Unavailable),
    (psycopg.InterfaceError, Unavailable),
    (psycopg.errors.DiskFull, StorageFailed),
    (psycopg.errors.InsufficientPrivilege, StorageFailed),
    (psycopg.errors.IoError, StorageFailed),
    (psycopg.errors.UndefinedTable, StorageFailed),
]


@pytest.mark.parametrize(("raised", "told"), KINDS)
def test_what_passes_by_itself_is_waited_for_and_what_does_not_is_said(
    raised: type[psycopg.Error], told: type[FraudstreamError]
) -> None:
    with pytest.raises(told), database_errors(Address.of("postgresql://localhost/x")):
        raise raised("no")
