from __future__ import annotations

import subprocess
import sys

import pytest

from fraudstream.errors import SettingsInvalid, Unavailable
from fraudstream.stores.postgres import Address
from fraudstream.stores.postgres.connecting import connect


@pytest.fixture(autouse=True)
def no_libpq_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGSSLMODE", raising=False)


def test_it_is_shown_without_user_and_password() -> None:
    address = Address.of("postgresql://me:hush@localhost:5433/fraud")
    assert str(address) == "localhost:5433/fraud"
    assert "hush" not in repr(address)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://db.bank.example/fraud",
        "postgresql://10.1.2.3/fraud",
        "postgresql://localhost,db.bank.example/fraud",
        "postgresql://localhost/fraud?hostaddr=10.1.2.3",
        "postgresql://[2001:db8::1]/fraud",
    ],
)
def test_another_host_needs_a_word_about_encryption(url: str) -> None:
    with pytest.raises(SettingsInvalid, match="plain text") as refused:
        Address.of(url)
    assert "sslmode=verify-full" in refused.value.advice


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://db.bank.example/fraud?sslmode=verify-full",
        "postgresql://db.bank.example/fraud?sslmode=disable",
        "postgresql://db.bank.example/fraud?ssl=true",
        "postgresql://localhost/fraud",
        "postgresql://127.0.0.1,[::1]/fraud",
        "postgresql:///fraud?host=/var/run/postgresql",
    ],
)
def test_it_is_enough_to_say_it_or_to_stay_on_this_machine(url: str) -> None:
    Address.of(url)


def test_the_environment_may_say_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    assert Address.of("postgresql://db.bank.example/fraud").is_encrypted


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("postgresql://localhost/fraud?sslmod=verify-full", "sslmod"),
        ("postgresql://localhost/fraud?sslmode=verify_full", "not one of disable, allow"),
        ("postgresql://localhost/fraud?sslmode=VERIFY-FULL", "not one of disable, allow"),
        ("mysql://localhost/fraud", "begins with postgresql://"),
    ],
)
def test_a_slip_of_the_pen_is_an_error_and_not_less_safety(url: str, problem: str) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        Address.of(url)
    assert problem in str(refused.value)


def test_a_url_that_cannot_be_read_is_not_quoted() -> None:
    with pytest.raises(SettingsInvalid) as refused:
        Address.of("postgresql://me:hush%zz@localhost/fraud")
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize("mode", ["require", "verify-ca", "verify-full"])
def test_a_server_without_tls_is_not_spoken_to_where_tls_is_asked_for(
    postgres: str, mode: str
) -> None:
    with pytest.raises(Unavailable):
        connect(Address.of(f"{postgres}?sslmode={mode}"))


def test_without_the_driver_the_command_that_installs_it_is_named() -> None:
    script = (
        "import sys\n"
        "sys.modules['psycopg'] = None\n"
        "from fraudstream.errors import NotInstalled\n"
        "try:\n"
        "    import fraudstream.stores.postgres\n"
        "except NotInstalled as error:\n"
        "    print(error.advice)\n"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "make services" in said.stdout and "'.[postgres]'" in said.stdout
