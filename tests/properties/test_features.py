"""The kernel against brute force over random streams and random presets."""

from __future__ import annotations

import random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracle.happening import Hash
from tests.oracle.presets import DAY, HOUR, MINUTE, preset_of, random_features
from tests.oracle.running import Kernel, colliding, differences, expected, plain
from tests.oracle.streams import Weather, stream

WINDOWS = [MINUTE, 10 * MINUTE, HOUR, 5 * HOUR, DAY]


@settings(max_examples=120)
@given(st.integers(0, 2**32), st.integers(1, 120), st.sampled_from([plain, colliding]))
def test_every_feature_is_what_brute_force_says(seed: int, count: int, hashing: Hash) -> None:
    chance = random.Random(seed)
    preset = preset_of(random_features(chance, 25, WINDOWS))
    events = stream(chance, count, Weather())
    kernel = Kernel(preset, hashing)
    found, flags = [], []
    right, right_flags = expected(preset, events)
    position = 0
    while position < len(events):
        size = chance.randint(1, 30)
        matrix, late = kernel.take(events[position : position + size])
        found.append(matrix)
        flags.append(late)
        position += size
        if chance.random() < 0.2:
            kernel.restart()
    assert not differences(preset, np.concatenate(found), right)
    assert np.array_equal(np.concatenate(flags), right_flags)
