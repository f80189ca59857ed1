from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from fraudstream.errors import CheckFailed, NotReachable, StorageFailed, UsageInvalid
from fraudstream.serve import Server, ask, parse_address, ready
from fraudstream.serve.address import listening, remember

ODD_ID = 'tx/1?a=b#c%20 "ü"'


class Engine:
    """Knows one transaction."""

    ready = True

    def answer(self, question: str, arguments: Mapping[str, str]) -> dict[str, Any]:
        assert question == "explain"
        transaction_id = arguments["transaction_id"]
        if transaction_id == "broken":
            raise StorageFailed("The disk is gone.")
        if transaction_id not in ("tx_1", ODD_ID):
            raise CheckFailed("No such transaction.", advice="Check the id.")
        return {"transaction_id": transaction_id, "action": "decline"}

    def readiness(self) -> dict[str, Any]:
        return {"ready": self.ready, "batch": 7, "versions": {"model": "3"}}

    def metrics(self) -> bytes:
        return b"fraudstream_lag_records 0.0\n"


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def server(engine: Engine, tmp_path: Path) -> Iterator[Server]:
    with Server(engine, "127.0.0.1:0", tmp_path) as running:
        yield running


def explained(home: Path, transaction_id: str, store: Engine | None = None) -> dict[str, Any]:
    arguments = {"transaction_id": transaction_id}

    def offline() -> dict[str, Any]:
        assert store, "the running engine was to be asked"
        return store.answer("explain", arguments)

    return ask(home, "explain", arguments, offline)


def get(server: Server, path: str, host: str | None = None) -> httpx.Response:
    headers = {} if host is None else {"host": host}
    return httpx.get(f"http://{server.address}{path}", headers=headers, trust_env=False)


def test_a_running_server_is_healthy_and_says_whether_it_is_ready(
    server: Server, engine: Engine
) -> None:
    assert get(server, "/healthz").json() == {"status": "ok"}
    assert get(server, "/readyz").status_code == 200
    engine.ready = False
    refused = get(server, "/readyz")
    assert refused.status_code == 503
    assert refused.json() == {"ready": False, "batch": 7, "versions": {"model": "3"}}


def test_metrics_are_given_in_the_format_that_prometheus_reads(server: Server) -> None:
    answer = get(server, "/metrics")
    assert answer.content == b"fraudstream_lag_records 0.0\n"
    assert answer.headers["content-type"].startswith("text/plain; version=")


def test_the_running_engine_says_what_it_decides_with_ready_or_not(
    server: Server, engine: Engine, tmp_path: Path
) -> None:
    for engine.ready in (True, False):
        said = ready(tmp_path)
        assert said is not None
        assert (said["ready"], said["versions"]) == (engine.ready, {"model": "3"})


def test_without_an_engine_nothing_is_said(tmp_path: Path) -> None:
    assert ready(tmp_path) is None


def test_a_decision_is_explained_over_http(server: Server) -> None:
    assert get(server, "/explain/tx_1").json() == {"transaction_id": "tx_1", "action": "decline"}
    assert get(server, "/explain/nobody").status_code == 404


@pytest.mark.parametrize("transaction_id", ["tx_1", ODD_ID])
def test_the_running_engine_is_asked_whatever_the_id_looks_like(
    server: Server, tmp_path: Path, transaction_id: str
) -> None:
    assert explained(tmp_path, transaction_id)["transaction_id"] == transaction_id


def test_an_unknown_transaction_is_the_same_error_as_without_a_server(
    server: Server, tmp_path: Path
) -> None:
    with pytest.raises(CheckFailed, match="No such transaction") as error:
        explained(tmp_path, "nobody")
    assert error.value.advice == "Check the id."


def test_a_store_that_fails_is_unavailable(server: Server, tmp_path: Path) -> None:
    with pytest.raises(NotReachable, match="The disk is gone"):
        explained(tmp_path, "broken")


def test_without_an_engine_the_store_is_read(tmp_path: Path) -> None:
    assert explained(tmp_path, "tx_1", Engine())["action"] == "decline"


def test_the_address_of_a_killed_engine_does_not_stand_in_the_way(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    remember(tmp_path, f"127.0.0.1:{port}")
    assert explained(tmp_path, "tx_1", Engine())["action"] == "decline"


def test_the_address_is_forgotten_when_the_server_stops(tmp_path: Path) -> None:
    with Server(Engine(), "127.0.0.1:0", tmp_path) as running:
        assert listening(tmp_path) == running.address
    assert listening(tmp_path) is None


def test_a_torn_address_file_is_no_address(tmp_path: Path) -> None:
    (tmp_path / "engine.json").write_text('{"addr')
    assert listening(tmp_path) is None


def test_a_port_in_use_is_named_before_anything_starts(server: Server, tmp_path: Path) -> None:
    with pytest.raises(NotReachable, match=server.address) as refused:
        Server(Engine(), server.address, tmp_path)
    assert "--http" in refused.value.advice


def test_pages_of_other_names_cannot_read_decisions(server: Server) -> None:
    assert get(server, "/explain/tx_1", host="attacker.example").status_code == 400


@pytest.mark.parametrize("text", ["host:port", "127.0.0.1:99999", "127.0.0.1:-1", "[::1]:²"])
def test_an_address_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageInvalid, match="not an address"):
        parse_address(text)


@pytest.mark.parametrize(
    "text, address",
    [
        ("", ("127.0.0.1", 8710)),
        ("localhost", ("localhost", 8710)),
        (":0", ("127.0.0.1", 0)),
        ("[::1]:8710", ("::1", 8710)),
    ],
)
def test_parts_of_an_address_may_be_left_out(text: str, address: tuple[str, int]) -> None:
    assert parse_address(text) == address
