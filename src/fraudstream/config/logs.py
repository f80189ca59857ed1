"""What a running program says about itself: structlog lines on standard error."""

from __future__ import annotations

import logging
import sys

import structlog

from fraudstream.config.settings import LogSettings

__all__ = ["start_logging"]


def start_logging(settings: LogSettings) -> None:
    """Configure structlog once, at the start of a command; text for people or JSON for machines."""
    as_json = settings.format == "json"
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([structlog.processors.format_exc_info] if as_json else []),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[settings.level.upper()]
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
