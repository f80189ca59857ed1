"""What a source hands over: undecoded messages with their place in the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["NO_TIMESTAMP", "Lines", "Records"]

NO_TIMESTAMP = -1
"""A record that its log did not stamp with a time."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Messages as bytes, one after the other in one buffer.

    Message ``i`` is ``data[starts[i]:ends[i]]``; what lies between messages (line ends) is nobody's.
    ``data`` is uint8, ``starts`` and ``ends`` are int64.
    """

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts)

    def raw(self, row: int) -> bytes:
        """The bytes of one message."""
        return self.data[self.starts[row] : self.ends[row]].tobytes()


@dataclass(frozen=True, slots=True)
class Records:
    """A batch of undecoded messages, in log order.

    ``payload`` is bytes (JSON) or an Arrow record batch (CSV, Parquet; columns under their own
    names). ``offsets`` are the messages' places within their partition, strictly increasing there;
    for a file of JSON lines the byte offset of the line, for a table the row number.
    ``timestamps`` are the log's own record times in UTC ms, or ``NO_TIMESTAMP``.
    """

    source: str
    payload: Lines | pa.RecordBatch
    partitions: NDArray[np.int32]
    offsets: NDArray[np.int64]
    timestamps: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets)
