"""What an engine without a database has decided: its journal topic and its topic of decisions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack

from fraudstream.config import Home, Settings
from fraudstream.decisions import Outcome, encode, form_of
from fraudstream.errors import InputInvalid
from fraudstream.events import Lines, Records
from fraudstream.ports import Entry
from fraudstream.schema import Preset
from fraudstream.sources.kafka import KafkaSource
from fraudstream.wiring.kafka import Place, cluster_of, kafka_sink
from fraudstream.wiring.outlets import outlets_of

__all__ = ["Published"]

_AT_ONCE = 10_000
_LONGEST = 1 << 24
"""Bytes of a decision, which nobody limits."""

_PLACE = ("source", "partition", "offset")

_Said = dict[tuple[bytes, ...], bytes]
"""Decisions of a batch by where their transactions came from: of copies, which are alike, one."""


class Published:
    """The decisions of each batch, read along with the journal.

    A batch's decisions are spread over partitions, in each of which batches ascend: those of a
    batch are complete once every partition has shown a later one, or its end.
    """

    def __init__(self, settings: Settings, preset: Preset, stack: ExitStack) -> None:
        url = outlets_of(settings).primary
        place = Place.parse(url)
        self._journal = kafka_sink(url, settings.kafka, preset)
        stack.callback(self._journal.close)
        cluster = cluster_of(settings.kafka, place.servers)
        self._topic = KafkaSource(cluster, place.topics, _LONGEST, ends=True)
        stack.callback(self._topic.close)
        self._form = form_of(preset)
        self._said: defaultdict[int, _Said] = defaultdict(dict)
        self._reached: dict[int, int] = {}
        self._has_ended = False
        self.batches = self._journal.position() + 1
        if not self.batches:
            raise InputInvalid(
                f"The journal of {place.servers} is empty: nothing was decided yet.",
                advice=f"Name the home and the sinks of the engine ({Home(settings.home).folder}).",
            )

    def entries(self) -> Iterator[Entry]:
        """The journal."""
        return self._journal.entries(-1)

    def lines(self, entry: Entry) -> bytes:
        """A batch's decisions, in the order of their bytes."""
        while not self._has_ended and not self._is_complete(entry.batch):
            records = self._topic.poll(_AT_ONCE)
            self._has_ended = records is None
            if records is not None:
                self._take(records)
        return _sorted(self._said.pop(entry.batch, {}).values())

    def encoded(self, outcome: Outcome) -> bytes:
        """An outcome in the same form."""
        return _sorted(encode(outcome, self._form).split(b"\n")[:-1])

    def _is_complete(self, batch: int) -> bool:
        return all(self._reached.get(number, -1) > batch for number in self._topic.position())

    def _take(self, records: Records) -> None:
        assert isinstance(records.payload, Lines)
        for row, number in enumerate(records.partitions.tolist()):
            headers = dict(records.envelope(row).headers)
            batch = int(headers.get("batch") or -1)
            origin = tuple(headers.get(name) or b"" for name in _PLACE)
            self._said[batch][origin] = records.payload.raw(row)
            self._reached[number] = max(batch, self._reached.get(number, -1))


def _sorted(lines: Iterable[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in sorted(lines))
