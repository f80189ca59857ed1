"""The vocabulary: records come in, events are made of them, rejects are what could not be."""

from fraudstream.events.batch import MISSING, NO_CODE, EventBatch, Kind, Spans
from fraudstream.events.records import NO_TIMESTAMP, Lines, Records
from fraudstream.events.rejects import Reason, Reject

__all__ = [
    "MISSING",
    "NO_CODE",
    "NO_TIMESTAMP",
    "EventBatch",
    "Kind",
    "Lines",
    "Reason",
    "Records",
    "Reject",
    "Spans",
]
