"""Where a database is, read from its URL, and whether the way there is as safe as it seems."""

from __future__ import annotations

import os
from dataclasses import dataclass
from ipaddress import ip_address

import psycopg
from psycopg.conninfo import conninfo_to_dict

from fraudstream.errors import Problem, SettingsInvalid

__all__ = ["Address"]

_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_ENCRYPTED = ("require", "verify-ca", "verify-full")

_PATIENCE = {
    "connect_timeout": "10",
    # a peer that went away without a word is noticed within about half a minute
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
    "application_name": "fraudstream",
}


@dataclass(frozen=True, slots=True)
class Address:
    """A ``postgresql://`` URL whose parameters libpq knows; it holds the password, so show ``str``.

    libpq's own default for TLS, ``sslmode=prefer``, falls back to plain text without a word. A
    database on another host therefore needs an ``sslmode`` (in the URL or ``PGSSLMODE``).
    """

    parameters: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, url: str) -> Address:
        """Raises ``SettingsInvalid`` for what libpq does not know, or would read as less safe."""
        if not url.startswith(("postgresql://", "postgres://")):
            raise _invalid("a database's URL begins with postgresql://")
        try:
            said = {name: str(value) for name, value in conninfo_to_dict(url).items()}
        except psycopg.Error as error:
            text = str(error).strip()
            # any other message may quote a part of the URL, and with it the password
            known = text.startswith("invalid URI query parameter")
            raise _invalid(text if known else "it is not written as libpq reads URLs") from None
        address = cls(tuple((_PATIENCE | said).items()))
        address._require_sslmode()
        return address

    def __str__(self) -> str:
        """Host, port and database, without user and password."""
        said = dict(self.parameters)
        port = f":{said['port']}" if "port" in said else ""
        return f"{said.get('host', 'localhost')}{port}/{said.get('dbname', '')}"

    def __repr__(self) -> str:
        return f"Address({self})"

    @property
    def is_encrypted(self) -> bool:
        """Whether a connection without TLS must not be used."""
        return self._sslmode() in _ENCRYPTED

    def _sslmode(self) -> str:
        return dict(self.parameters).get("sslmode") or os.environ.get("PGSSLMODE", "")

    def _require_sslmode(self) -> None:
        mode = self._sslmode()
        if mode and mode not in _MODES:
            raise _invalid(f'sslmode "{mode}" is not one of {", ".join(_MODES)}')
        said = dict(self.parameters)
        hosts = f"{said.get('host', '')},{said.get('hostaddr', '')}".split(",")
        if not mode and not all(_is_local(host) for host in hosts):
            raise _invalid(
                f"{self} is another host, and without sslmode whatever is said to it may go in "
                "plain text",
                "Add ?sslmode=verify-full (with sslrootcert=FILE), or sslmode=disable where the "
                "network between is trusted.",
            )


def _is_local(host: str) -> bool:
    if not host or host.startswith("/") or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _invalid(problem: str, advice: str = "") -> SettingsInvalid:
    return SettingsInvalid(
        "The database's URL cannot be used.",
        [Problem(problem, "store.url")],
        advice or "Write postgresql://USER@HOST:PORT/DATABASE?sslmode=verify-full and its like.",
    )
