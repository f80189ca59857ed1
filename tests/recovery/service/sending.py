"""Messages sent bit by bit while a test does something to the engines."""

from __future__ import annotations

from tests.recovery.service.bank import Message, messages_of, write
from tests.recovery.service.judging import decided, judge
from tests.recovery.service.place import Place

__all__ = ["RIGHT", "Sending"]

RIGHT = {"lost": 0, "doubled": 0, "different": 0}
DAYS = 8.0


class Sending:
    """A bank's messages, of which some more are sent at a time."""

    def __init__(self, place: Place) -> None:
        self.place, self.sent = place, 0
        self.messages = messages_of(1, DAYS)

    def send(self, share: float) -> None:
        """Go on until this share of all is sent."""
        upto = round(share * len(self.messages))
        write(self.place, self.messages[self.sent : upto])
        self.sent = upto

    def is_decided(self) -> bool:
        """Whether all that was sent is decided."""
        return decided(self.place) == len({m.name for m in self.past if m.name})

    @property
    def past(self) -> list[Message]:
        """All that was sent."""
        return self.messages[: self.sent]

    def wrong(self) -> dict[str, int]:
        """What a judgement of all that was sent finds."""
        report = judge(self.place, self.past)
        return {name: report[name] for name in RIGHT}
