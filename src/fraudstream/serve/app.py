"""What the server answers: alive, ready, and why a transaction was decided as it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.middleware.trustedhost import TrustedHostMiddleware

from fraudstream.errors import FraudstreamError
from fraudstream.monitoring import CONTENT_TYPE
from fraudstream.serve.answers import refused

__all__ = ["Answering", "build"]

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Answering(Protocol):
    """The running engine as the server sees it; called from the server's own threads."""

    def answer(self, question: str, arguments: Mapping[str, str]) -> dict[str, Any]:
        """What the store says; raises ``CheckFailed`` for a no, such as an unknown transaction."""
        ...

    def readiness(self) -> dict[str, Any]:
        """``ready`` (bool) and whatever says why or why not."""
        ...

    def metrics(self) -> bytes:
        """Everything that is counted, in Prometheus' text format."""
        ...


def build(answering: Answering, host: str) -> FastAPI:
    """The application, for a server that listens on ``host``."""
    app = FastAPI(title="fraudstream", docs_url=None, redoc_url=None, openapi_url=None)
    if host in _LOOPBACK:
        # else a page in the user's browser could read decisions, by a name that it points here
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(_LOOPBACK))

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        """The process is alive."""
        return {"status": "ok"}

    @app.get("/readyz")
    def readyz() -> JSONResponse:
        """Decisions are being made: 200, else 503 with the reason."""
        state = answering.readiness()
        return JSONResponse(state, status_code=200 if state["ready"] else 503)

    @app.get("/metrics")
    def metrics() -> Response:
        """For Prometheus."""
        return Response(answering.metrics(), media_type=CONTENT_TYPE)

    @app.get("/explain/{transaction_id:path}")
    def explain(transaction_id: str) -> JSONResponse:
        """All about one decision; 404 for an unknown transaction."""
        return ask("explain", {"transaction_id": transaction_id})

    @app.get("/ask/{question}")
    def ask_store(question: str, request: Request) -> JSONResponse:
        """Another question to the store, its arguments as a query; 404 for an unknown one."""
        return ask(question, dict(request.query_params))

    def ask(question: str, arguments: Mapping[str, str]) -> JSONResponse:
        try:
            return JSONResponse(answering.answer(question, arguments))
        except FraudstreamError as error:
            status, body = refused(error)
            return JSONResponse(body, status_code=status)

    return app
