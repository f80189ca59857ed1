"""Card numbers where none may be: found among texts, masked in bytes that are kept.

A card number has 13 to 19 digits, starts as the card schemes' numbers do (ISO/IEC 7812: 2200-2204
and 2221-2720, 3 with its known seconds, 4, 5, 6, 81) and passes the Luhn check. Without the second
condition a tenth of all long numeric ids would be taken for cards; with it, some of those that
start as cards do still are: give such ids a letter.
"""

from __future__ import annotations

import re

import numpy as np
from numba import njit

from fraudstream.codec.words import OPTIONS, byte_at

__all__ = ["is_card_number", "mask_cards"]

SHORTEST, LONGEST = 13, 19

_RUNS = re.compile(
    rb"(?<![0-9])(?:[0-9]{13,19}|[0-9]{4}(?:[ -][0-9]{4}){3}|[0-9]{4}[ -][0-9]{6}[ -][0-9]{4,5})"
    rb"(?![0-9])"
)


@njit(**OPTIONS)
def _is_lead(lead: int, count: int) -> bool:
    """Whether a scheme gives out numbers of ``count`` digits that start with these four."""
    first, two = lead // 1000, lead // 100
    if first == 4 or first == 5 or first == 6:
        return True
    if first == 2:
        return count >= 16 and (2200 <= lead <= 2204 or 2221 <= lead <= 2720)
    if first == 3:
        if two == 34 or two == 37:
            return count == 15
        return two in (30, 36, 38, 39) or (count >= 16 and 3528 <= lead <= 3589)
    return two == 81 and count >= 16


@njit(**OPTIONS)
def is_card_number(data: int, start: int, end: int) -> bool:
    """Whether ``data[start:end]`` is a card number and nothing else.

    Single spaces and dashes between digits do not hide it.
    """
    count, lead, total, doubled = 0, 0, 0, 0
    was_digit = False
    for at in range(start, end):
        digit = byte_at(data, at) - 48
        if digit < 0 or digit > 9:
            if not was_digit or at + 1 == end or byte_at(data, at) not in (32, 45):
                return False
            was_digit = False
            continue
        was_digit = True
        if count < 4:
            lead = lead * 10 + digit
        count += 1
        # the sum with every other digit doubled from here, and from the next
        total, doubled = doubled + digit, total + digit * 2 - (9 if digit > 4 else 0)
    return SHORTEST <= count <= LONGEST and total % 10 == 0 and _is_lead(lead, count)


def mask_cards(raw: bytes) -> bytes:
    """Bytes in which every card number has stars for all but its last four digits.

    >>> mask_cards(b'{"pan": "4111 1111 1111 1111", "n": 4111111111111112}')
    b'{"pan": "**** **** **** 1111", "n": 4111111111111112}'
    """
    return _RUNS.sub(_masked, raw)


def _masked(found: re.Match[bytes]) -> bytes:
    run = found[0]
    if not is_card_number(np.frombuffer(run, np.uint8).ctypes.data, 0, len(run)):
        return run
    return re.sub(rb"[0-9]", b"*", run[:-4]) + run[-4:]
