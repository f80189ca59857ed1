"""Keys that nothing happens to leave a bucket, and ids leave their door."""

from __future__ import annotations

import json

import numpy as np
from tests.unit.spark.spreading import Spreading

from fraudstream.events import Lines, Records
from fraudstream.schema import builtin
from fraudstream.spark.flow import Flow, Spread

DAY = 86_400_000
A_DAY = 24
"""Messages, each of an account, a card and a device that never come again."""


def of_day(day: int) -> Records:
    times = 1_767_225_600_000 + day * DAY + np.arange(A_DAY, dtype=np.int64) * 3_600_000
    lines = [
        json.dumps(
            {
                "transaction_id": f"tx_{time}",
                "event_time": str(np.datetime64(time, "ms")) + "Z",
                "account_id": f"acc_{time}",
                "card_id": f"card_{time}",
                "device_id": f"dev_{time}",
                "merchant_id": "m_1",
                "amount": "12.30",
                "currency": "EUR",
            }
        ).encode()
        for time in times.tolist()
    ]
    count = len(lines)
    return Records(
        source="tx",
        payload=Lines.of(lines),
        partitions=np.zeros(count, np.int32),
        offsets=day * A_DAY + np.arange(count),
        timestamps=times,
    )


def test_keys_that_are_idle_for_the_longest_window_leave() -> None:
    spreading = Spreading(Flow(builtin("payments"), bytes(16), Spread(2, 3, 2)))
    keys, ids = [], []
    for day in range(240):
        records = of_day(day)
        decided = spreading.extract(records, int(records.timestamps[-1]))
        assert sum(len(share.events) for share in decided) == A_DAY
        states = [state for bucket in spreading.buckets for state in bucket.features]
        keys.append(sum(state.usage().keys for state in states))
        ids.append(sum(door.bytes for door in spreading.doors))
    assert max(keys[200:]) < 1.2 * max(keys[100:140])
    assert max(ids[200:]) < 1.2 * max(ids[100:140])
