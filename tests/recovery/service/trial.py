"""A leader, a standby, and death."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from contextlib import suppress

from tests.recovery.service.bank import SLICE, feed, learn, messages_of
from tests.recovery.service.deaths import Death
from tests.recovery.service.engines import Life, wait_for
from tests.recovery.service.judging import decided, judge
from tests.recovery.service.place import HOMES, Place
from tests.recovery.trials import forked

from fraudstream.stores.postgres import Address, migrate
from fraudstream.wiring.champions import promoted

__all__ = ["Trial"]

DAYS_A_KILL, PACE = 0.2, 1.8
"""Of the bank's life for each kill, and the seconds in which that is written."""

BY_ITSELF, YOUNG, PAUSED = 0.5, 0.1, 0.2
"""Shares of engines that end themselves at some place; of kills that meet an engine which starts
or follows; and of leaders that are paused instead, until another one leads."""

LIFE = 0.3
"""Mean seconds for which an engine leads before it is killed from outside."""

COMPILING, ENOUGH = 300.0, 100
"""Seconds within which the first engine decides so many transactions."""

WAIT = 2.0
"""Seconds for which an engine that leads may take to end itself; then it is killed."""


class Trial:
    """Two engines at any time; whoever leads is killed or paused, again and again."""

    def __init__(self, place: Place, seed: int, kills: int) -> None:
        self.place, self.dice, self.kills = place, random.Random(seed), kills
        self.report = Counter(kills=0, leaders_killed=0, leaders_paused=0)
        self.messages = messages_of(seed, DAYS_A_KILL * kills)
        self.lives: list[Life] = []
        self.born = 0
        if place.keeps_database:
            migrate(Address.of(place.database))
        promoted(place.settings(), str(learn(place.folder)))

    def run(self) -> Counter[str]:
        """Kill engines while messages come in, let the last one finish, and judge."""
        reader, hurry = os.pipe()
        pause = self.kills * PACE * SLICE / len(self.messages)
        feeder = forked(lambda: feed(self.place, self.messages, pause, reader))
        try:
            self.compile()
            while self.report["kills"] < self.kills:
                self.disturb()
        finally:
            self.end_all()
            os.write(hurry, b"!")
            os.waitpid(feeder, 0)
        self.finish()
        self.report.update(judge(self.place, self.messages))
        return self.report

    def compile(self) -> None:
        """Let the first engine live until it has decided something; the others find its code."""
        first = Life(self.place, 0, HOMES[0])
        first.begin()
        self.lives.append(first)
        wait_for(lambda: first.is_over() or decided(self.place) >= ENOUGH, COMPILING, 0.3)

    def disturb(self) -> None:
        """See that there are two engines, and end one of them."""
        while len(self.lives) < len(HOMES):
            self.lives.append(self.new_life())
        if self.dice.random() < YOUNG:
            time.sleep(self.dice.uniform(0.0, 2 * LIFE))
            self.lives[-1].kill()
        elif leader := self.leader():
            self.end(leader)
        self.bury()

    def new_life(self) -> Life:
        """An engine in the home that is free."""
        home = next(home for home in HOMES if home not in [life.home for life in self.lives])
        death = Death.drawn(self.dice, self.place.kind) if self.dice.random() < BY_ITSELF else None
        self.born += 1
        life = Life(self.place, self.born, home, death)
        life.begin()
        return life

    def leader(self) -> Life | None:
        """Who leads, or soon will; None if an engine ends before that."""
        wait_for(lambda: any(life.is_over() or life.leads() for life in self.lives))
        return next((life for life in self.lives if not life.is_over() and life.leads()), None)

    def end(self, leader: Life) -> None:
        """Let a leader end itself if it wants to; else kill it soon, or pause it."""
        if leader.death:
            with suppress(AssertionError):
                wait_for(leader.is_over, WAIT)
        elif self.dice.random() < PAUSED:
            return self.pause(leader)
        else:
            time.sleep(self.dice.expovariate(1 / LIFE))
        leader.kill()

    def pause(self, leader: Life) -> None:
        """Stop a leader until another one leads; then it has to step down."""
        others = [life for life in self.lives if life is not leader]
        leader.pause()
        wait_for(lambda: any(life.is_over() or life.leads() for life in others))
        leader.resume()
        self.report["leaders_paused"] += 1
        wait_for(lambda: any(life.is_over() for life in self.lives) or not leader.leads())

    def bury(self) -> None:
        """Count those that have ended."""
        for life in [life for life in self.lives if life.is_over()]:
            self.lives.remove(life)
            self.report["kills"] += 1
            self.report["leaders_killed"] += life.leads()

    def end_all(self) -> None:
        """Leave no process behind."""
        for life in self.lives:
            life.kill()
        self.lives = []

    def finish(self) -> None:
        """An engine that lives until every message is decided."""
        last = Life(self.place, self.born + 1, HOMES[0])
        last.begin()
        wanted = len({message.name for message in self.messages if message.name})
        try:
            wait_for(lambda: decided(self.place) >= wanted, pause=0.5)
            last.stop()
        finally:
            last.kill()
