"""What goes through a stack: a few broken messages, and the look whether decisions come out."""

from __future__ import annotations

from contextlib import closing

from fraudstream.kafka import Cluster, Event, Writer
from fraudstream.stores.postgres.address import Address
from fraudstream.stores.postgres.connecting import connect

__all__ = ["is_flowing", "send_spoilt"]

SPOILT = (b'{"transaction_id":"cut off", "amo', b'{"account_id":"acc_nobody","amount":12.30}')

_LIVE = "select exists (select from transactions where event_time > now() - interval '1 minute')"


def send_spoilt(bootstrap: str, topic: str) -> None:
    """Send a message that is no JSON, and one that lacks what every transaction has."""
    writer = Writer(Cluster(bootstrap))
    writer.write(Event(topic, value) for value in SPOILT)
    writer.finish()


def is_flowing(url: str) -> bool:
    """Whether the database has the decision of a transaction of the last minute."""
    with closing(connect(Address.of(url))) as connection:
        row = connection.execute(_LIVE).fetchone()
        return bool(row and row[0])
