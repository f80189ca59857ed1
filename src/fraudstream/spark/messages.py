"""Undecoded messages as blocks, so that the last stage can read again what they say in full."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from fraudstream.events import Envelope, Lines, Records, Reject
from fraudstream.spark.blocks import Arrays, pack, unpack

__all__ = ["pack_records", "sliced", "unpack_records"]

_rejects = msgspec.json.Decoder(tuple[Reject, ...])
_envelopes = msgspec.msgpack.Decoder(tuple[Envelope, ...])


def sliced(records: Records, start: int, end: int) -> Records:
    """Consecutive records, without the rejects; no message is copied."""
    rows = slice(start, end)
    payload = records.payload
    if isinstance(payload, Lines):
        payload = Lines(payload.data, payload.starts[rows], payload.ends[rows])
    else:
        payload = payload.slice(start, end - start)
    return replace(
        records,
        payload=payload,
        partitions=records.partitions[rows],
        offsets=records.offsets[rows],
        timestamps=records.timestamps[rows],
        rejects=(),
        envelopes=records.envelopes[rows],
    )


def pack_records(records: Records) -> bytes:
    """A block of messages."""
    return pack(
        {
            "source": _text(records.source.encode()),
            "partitions": records.partitions,
            "offsets": records.offsets,
            "timestamps": records.timestamps,
            "rejects": _text(msgspec.json.encode(records.rejects)),
            "envelopes": _text(msgspec.msgpack.encode(tuple(records.envelopes))),
            **_payload(records),
        }
    )


def unpack_records(block: bytes) -> Records:
    """The messages of a block."""
    arrays = unpack(block)
    return Records(
        source=arrays["source"].tobytes().decode(),
        payload=_lines(arrays) if "data" in arrays else _table(arrays),
        partitions=arrays["partitions"],
        offsets=arrays["offsets"],
        timestamps=arrays["timestamps"],
        rejects=_rejects.decode(arrays["rejects"].tobytes()),
        envelopes=_envelopes.decode(arrays["envelopes"].tobytes()),
    )


def _text(data: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(data, np.uint8)


def _payload(records: Records) -> Arrays:
    lines = records.payload
    if not isinstance(lines, Lines):
        out = pa.BufferOutputStream()
        with pa.ipc.new_stream(out, lines.schema) as writer:
            writer.write_batch(lines)
        return {"table": np.frombuffer(out.getvalue(), np.uint8)}
    first, last = (int(lines.starts[0]), int(lines.ends[-1])) if len(lines) else (0, 0)
    return {
        "data": lines.data[first:last],
        "starts": lines.starts - first,
        "ends": lines.ends - first,
    }


def _lines(arrays: Arrays) -> Lines:
    return Lines(arrays["data"], arrays["starts"], arrays["ends"])


def _table(arrays: Arrays) -> pa.RecordBatch:
    with pa.ipc.open_stream(pa.py_buffer(arrays["table"])) as reader:
        return reader.read_all().combine_chunks().to_batches()[0]
