"""The engine's one HTTP server, and the client that asks it."""

from fraudstream.serve.client import ask, ready
from fraudstream.serve.server import Server, parse_address

__all__ = ["Server", "ask", "parse_address", "ready"]
