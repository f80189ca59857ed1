"""A simulated bank: customers with habits, attackers with names, labels that come late.

>>> chunks = list(stream(Settings(customers=50, days=1)))
>>> message = encode_json(chunks[0]).splitlines()[0]

Same settings, same bytes. Nothing here reads a clock or writes a file: who calls paces and writes.
"""

from fraudstream.simulator.attacks import ATTACKS, Attack
from fraudstream.simulator.columns import to_arrow
from fraudstream.simulator.encode import classic_to_arrow, encode_classic, encode_json
from fraudstream.simulator.rows import Chunk
from fraudstream.simulator.settings import Settings, live_settings
from fraudstream.simulator.stream import Who, stream
from fraudstream.simulator.vocabulary import CURRENCIES, SITUATIONS
from fraudstream.simulator.world import World, build_world

__all__ = [
    "ATTACKS",
    "CURRENCIES",
    "SITUATIONS",
    "Attack",
    "Chunk",
    "Settings",
    "Who",
    "World",
    "build_world",
    "classic_to_arrow",
    "encode_classic",
    "encode_json",
    "live_settings",
    "stream",
    "to_arrow",
]
