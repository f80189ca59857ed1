"""What a source hands over: undecoded messages with their place in the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fraudstream.events.rejects import Envelope, Reject

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["NO_TIMESTAMP", "Lines", "Records"]

NO_TIMESTAMP = -1
"""A record that its log did not stamp with a time."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Messages as bytes, one after the other in one buffer.

    Message ``i`` is ``data[starts[i]:ends[i]]``; what lies between (line ends) is nobody's.
    ``data`` is uint8 and read-only, ``starts`` and ``ends`` are int64.
    """

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts)

    def raw(self, row: int) -> bytes:
        """The bytes of one message."""
        return self.data[self.starts[row] : self.ends[row]].tobytes()

    @classmethod
    def of(cls, messages: Sequence[bytes]) -> Lines:
        """Messages that are bytes already.

        >>> Lines.of([b"one", b"three"]).raw(1)
        b'three'
        """
        bounds = np.cumsum([0, *map(len, messages)], dtype=np.int64)
        return cls(np.frombuffer(b"".join(messages), np.uint8), bounds[:-1], bounds[1:])

    def take(self, rows: NDArray[np.intp]) -> Lines:
        """The given messages, in the given order; bytes are not copied."""
        return Lines(self.data, self.starts[rows], self.ends[rows])


@dataclass(frozen=True, slots=True)
class Records:
    """A batch of undecoded messages, in log order.

    ``source`` and ``partitions`` are told apart by :mod:`fraudstream.events.places`.
    ``payload`` is bytes (JSON) or an Arrow record batch (CSV, Parquet; columns under their own
    names). ``offsets`` are the messages' places within their partition, strictly increasing there;
    for a text file (JSON lines, CSV) the byte offset of the line, for Parquet the row number.
    ``timestamps`` are the log's own record times in UTC ms, or ``NO_TIMESTAMP``. ``rejects`` are
    the messages among them that the source itself could not read (a CSV row with too few cells);
    their bytes are not masked yet. ``envelopes`` are keys and headers, empty where a log has none.
    """

    source: str
    payload: Lines | pa.RecordBatch
    partitions: NDArray[np.int32]
    offsets: NDArray[np.int64]
    timestamps: NDArray[np.int64]
    rejects: tuple[Reject, ...] = ()
    envelopes: Sequence[Envelope] = ()

    def __len__(self) -> int:
        return len(self.offsets)

    def envelope(self, row: int) -> Envelope:
        """What came with a message."""
        return self.envelopes[row] if self.envelopes else Envelope()

    def take(self, rows: NDArray[np.intp]) -> Records:
        """The given records, in the given order, without the rejects."""
        return Records(
            self.source,
            self.payload.take(rows),
            self.partitions[rows],
            self.offsets[rows],
            self.timestamps[rows],
            envelopes=[self.envelopes[row] for row in rows] if self.envelopes else (),
        )

    @staticmethod
    def joined(parts: Sequence[Records]) -> Records:
        """Consecutive pieces of one log, at least one, as one batch."""
        if len(parts) == 1:
            return parts[0]
        return Records(
            parts[0].source,
            _joined_payload([part.payload for part in parts]),
            np.concatenate([part.partitions for part in parts]),
            np.concatenate([part.offsets for part in parts]),
            np.concatenate([part.timestamps for part in parts]),
            tuple(reject for part in parts for reject in part.rejects),
            [envelope for part in parts for envelope in part.envelopes],
        )


def _joined_payload(payloads: Sequence[Lines | pa.RecordBatch]) -> Lines | pa.RecordBatch:
    if not isinstance(payloads[0], Lines):
        import pyarrow as pa

        return pa.concat_batches(payloads)
    lines = [payload for payload in payloads if isinstance(payload, Lines)]
    shifts = np.cumsum([0, *(len(one.data) for one in lines[:-1])])
    data = np.concatenate([one.data for one in lines])
    data.flags.writeable = False
    return Lines(
        data,
        np.concatenate([one.starts + shift for one, shift in zip(lines, shifts, strict=True)]),
        np.concatenate([one.ends + shift for one, shift in zip(lines, shifts, strict=True)]),
    )
