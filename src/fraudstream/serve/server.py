"""The engine's one HTTP server, in a thread of its own beside the engine."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from fraudstream.errors import NotReachable, Problem, UsageInvalid
from fraudstream.serve.address import forget, remember

if TYPE_CHECKING:
    from fraudstream.serve.app import Answering

__all__ = ["DEFAULT_ADDRESS", "Server", "parse_address"]

DEFAULT_ADDRESS = "127.0.0.1:8710"
_STOP_SECONDS = 5.0


def parse_address(text: str) -> tuple[str, int]:
    """Host and port of an ``--http`` argument; either part may be left out.

    >>> parse_address("0.0.0.0:80"), parse_address(":9000"), parse_address("[::1]:8710")
    (('0.0.0.0', 80), ('127.0.0.1', 9000), ('::1', 8710))
    """
    default_host, _, default_port = DEFAULT_ADDRESS.rpartition(":")
    host, _, port = text.rpartition(":") if ":" in text else (text, "", "")
    port = port or default_port
    if not port.isascii() or not port.isdigit() or int(port) > 65_535:
        raise UsageInvalid(
            f'"{text}" is not an address to listen on.',
            advice=f"Write host:port, such as {DEFAULT_ADDRESS}; port 0 takes any that is free.",
        )
    return host.strip("[]") or default_host, int(port)


class Server:
    """Serves until stopped; a context manager.

    The port is taken when the server is made, so that one in use is an error before anything else
    starts. ``home`` is where the address is written down for :func:`fraudstream.serve.ask`.
    """

    def __init__(self, answering: Answering, address: str, home: Path) -> None:
        # these take half a second to import: only for those who serve
        import uvicorn

        from fraudstream.serve.app import build

        host, port = parse_address(address)
        self._socket, self._home = _listen(host, port), home
        bound_port = self._socket.getsockname()[1]
        self.address = f"[{host}]:{bound_port}" if ":" in host else f"{host}:{bound_port}"
        config = uvicorn.Config(build(answering, host), log_config=None, access_log=False)
        self._uvicorn = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._uvicorn.run, args=([self._socket],), name="http", daemon=True
        )

    def __enter__(self) -> Server:
        """Start to answer."""
        self._thread.start()
        remember(self._home, self.address)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop; requests being answered get a few seconds."""
        forget(self._home)
        self._uvicorn.should_exit = True
        self._thread.join(_STOP_SECONDS)
        self._socket.close()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host, port))
        taken.listen()
    except OSError as error:
        taken.close()
        raise NotReachable(
            f"Cannot listen on {host}:{port}.",
            [Problem(error.strerror or str(error))],
            "Stop what uses the port, or choose another: --http 127.0.0.1:PORT",
        ) from error
    return taken
