"""The vocabulary: records come in, events are made of them, rejects are what could not be."""

from fraudstream.events.batch import MISSING, NO_CODE, EventBatch, Kind, Spans
from fraudstream.events.order import acting_keys, arrival_order, log_order
from fraudstream.events.places import joined_name, number_of, place_of, topic_names
from fraudstream.events.records import NO_TIMESTAMP, Lines, Records
from fraudstream.events.rejects import Envelope, Reason, Reject, readable

__all__ = [
    "MISSING",
    "NO_CODE",
    "NO_TIMESTAMP",
    "Envelope",
    "EventBatch",
    "Kind",
    "Lines",
    "Reason",
    "Records",
    "Reject",
    "Spans",
    "acting_keys",
    "arrival_order",
    "joined_name",
    "log_order",
    "number_of",
    "place_of",
    "readable",
    "topic_names",
]
