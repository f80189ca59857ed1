"""A small bank under heavy attack, and a stream as one chunk."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from fraudstream.simulator import ATTACKS, Chunk, Settings, Who, stream
from fraudstream.simulator.rows import Rows, joined
from fraudstream.simulator.settings import DAY

BUSY = Settings(seed=3, attack_seed=4, customers=1_000, days=20, fraud_share=0.05)


def whole(settings: Settings, who: Who = "both") -> Chunk:
    """Return a whole stream as one chunk."""
    chunks = list(stream(settings, who))
    return Chunk(joined([chunk.rows for chunk in chunks]), chunks[0].attacks)


@cache
def campaigns(attack: str) -> list[Rows]:
    """Return the frauds of each campaign of one attack, campaigns that began before left out."""
    settings = replace(BUSY, attacks=(attack,), days=40)
    chunk = whole(settings, "attack").transactions()
    rows = chunk.where(chunk.is_fraud).rows
    found = [rows[rows["campaign"] == campaign] for campaign in np.unique(rows["campaign"])]
    settled = settings.start_ms + ATTACKS[attack].days * DAY
    assert settings.end_ms is not None
    last = settings.end_ms - ATTACKS[attack].days * DAY
    return [part for part in found if settled < part["at"].min() < part["at"].max() < last]
