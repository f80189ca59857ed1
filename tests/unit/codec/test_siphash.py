from __future__ import annotations

import numpy as np
import pytest
from tests.unit.codec.messages import SECRET, buffer

from fraudstream.codec.siphash import hash_text, key_words, put_hex, siphash

# vectors_sip128 of the reference implementation: the inputs are 00, 00 01, 00 01 02, ...
PUBLISHED = {
    0: "a3817f04ba25a8e66df67214c7550293",
    1: "da87c1d86b99af44347659119b22fc45",
    2: "8177228da4a45dc7fca38bdef60affe4",
    3: "9c70b60c5267a94e5f33b6b02985ed51",
    7: "a1f1ebbed8dbc153c0b84aa61ff08239",
    8: "3b62a9ba6258f5610f83e264f31497b4",
    9: "264499060ad9baabc47f8b02bb6d71ed",
    15: "5493e99933b0a8117e08ec0f97cfc3d9",
    63: "5150d1772f50834a503e069a973fbd7c",
}


def digest(data: bytes, secret: bytes = SECRET) -> tuple[np.uint64, np.uint64]:
    key, padded = np.array(key_words(secret)), buffer(data)
    return siphash(key.ctypes.data, padded.ctypes.data, 0, len(data))


@pytest.mark.parametrize("length", PUBLISHED)
def test_the_published_vectors_come_out(length: int) -> None:
    low, high = digest(bytes(range(length)))
    out = np.zeros(32, np.uint8)
    assert put_hex(np.uint64(low), np.uint64(high), out.ctypes.data, 0) == 32
    assert out.tobytes().decode() == PUBLISHED[length]


def test_the_secret_changes_every_hash() -> None:
    assert hash_text(bytes(16), "acc1") != hash_text(SECRET, "acc1")


def test_what_stands_after_a_text_does_not_change_its_hash() -> None:
    key = np.array(key_words(SECRET))
    one, other = buffer(b"acc1234567 and"), buffer(b"acc1234567\xff\xff\xff\xff")
    first = siphash(key.ctypes.data, one.ctypes.data, 0, 10)
    assert first == siphash(key.ctypes.data, other.ctypes.data, 0, 10)


def test_a_secret_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes, not 5"):
        hash_text(b"short", "acc1")
