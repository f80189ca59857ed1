"""Which campaigns begin when, and what comes of each: numbered transactions and their labels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from fraudstream.simulator.aftermath import fraud_labels
from fraudstream.simulator.attacks import ATTACKS, Attack, Scene
from fraudstream.simulator.rows import Rows, joined
from fraudstream.simulator.seeding import generator, mix, unit
from fraudstream.simulator.settings import DAY, Settings
from fraudstream.simulator.world import World

__all__ = ["Attackers"]

_NUMBERS_EACH = 256  # more than any campaign makes
_PLACES = {name: place for place, name in enumerate(ATTACKS)}


@dataclass(frozen=True)
class Attackers:
    """Those who attack a world: one campaign of each attack in every interval of its own.

    An even schedule with a random moment inside each interval keeps every attack in view, also in
    a short stream; ``genuine`` returns what honest customers do in a block.
    """

    world: World
    settings: Settings
    genuine: Callable[[int], Rows]

    def rows_before(self, start: int) -> Rows:
        """Return what campaigns that began before ``start`` may still do."""
        world = self.world
        parts = []
        for attack in self._chosen():
            first = world.block_at(start - int(attack.days * DAY))
            parts += [self._of(attack, block) for block in range(first, world.block_at(start))]
        return joined(parts)

    def rows(self, block: int) -> Rows:
        """Return all that comes of the campaigns that begin in a block, later blocks included."""
        return joined([self._of(attack, block) for attack in self._chosen()])

    def _chosen(self) -> list[Attack]:
        if self.settings.fraud_share == 0:
            return []
        return [attack for attack in ATTACKS.values() if attack.name in self.settings.attacks]

    def _interval(self, attack: Attack) -> float:
        """Return the ms between campaigns that make the attack's share of all transactions."""
        share = self.settings.fraud_share
        among = attack.share / sum(chosen.share for chosen in self._chosen())
        per_day = self.settings.per_day * share / (1 - share) * among
        return DAY * attack.size / per_day

    def _of(self, attack: Attack, block: int) -> Rows:
        return joined(
            [self._campaign(attack, turn, begins) for turn, begins in self._turns(attack, block)]
        )

    def _turns(self, attack: Attack, block: int) -> Iterator[tuple[int, int]]:
        """Yield number and beginning (ms) of the attack's campaigns that begin in a block."""
        interval, anchor = self._interval(attack), self.world.anchor
        start, end = self.world.block_start(block), self.world.block_start(block + 1)
        for turn in range(int((start - anchor) / interval), int((end - anchor) / interval) + 1):
            place = unit(self.settings.attackers, 60, _PLACES[attack.name], turn)
            begins = anchor + int((turn + float(place)) * interval)
            if start <= begins < end:
                yield turn, begins

    def _campaign(self, attack: Attack, turn: int, begins: int) -> Rows:
        place, seed = _PLACES[attack.name], self.settings.attackers
        draw = generator(seed, "campaign", place, turn)
        attacker = int(mix(seed, 61, place, turn) >> np.uint64(1))
        rows = attack.plan(Scene(self.world, begins, attacker, draw, self.genuine))
        campaign = turn * len(ATTACKS) + place
        counted = campaign * _NUMBERS_EACH + np.arange(len(rows))
        rows["number"] = self.world.attack_numbers(seed, counted)
        rows["attack"][rows["attack"] >= 0] = place
        rows["campaign"] = campaign
        return joined([rows, fraud_labels(rows, attack.delay, attack.source, draw)])
