"""The attacks, by name. Each module holds one: how it is carried out, and how it is found out."""

from __future__ import annotations

from fraudstream.simulator.attacks.account_takeover import ACCOUNT_TAKEOVER
from fraudstream.simulator.attacks.bin_enumeration import BIN_ENUMERATION
from fraudstream.simulator.attacks.bust_out import BUST_OUT
from fraudstream.simulator.attacks.campaign import Attack, Scene
from fraudstream.simulator.attacks.card_testing import CARD_TESTING
from fraudstream.simulator.attacks.impossible_travel import IMPOSSIBLE_TRAVEL
from fraudstream.simulator.attacks.mule_chain import MULE_CHAIN
from fraudstream.simulator.attacks.refund_abuse import REFUND_ABUSE
from fraudstream.simulator.attacks.skimmed_terminal import SKIMMED_TERMINAL
from fraudstream.simulator.attacks.stolen_card_spree import STOLEN_CARD_SPREE
from fraudstream.simulator.attacks.window_edge import WINDOW_EDGE

__all__ = ["ATTACKS", "Attack", "Scene"]

ATTACKS: dict[str, Attack] = {
    attack.name: attack
    for attack in (
        CARD_TESTING,
        BIN_ENUMERATION,
        STOLEN_CARD_SPREE,
        ACCOUNT_TAKEOVER,
        IMPOSSIBLE_TRAVEL,
        SKIMMED_TERMINAL,
        BUST_OUT,
        MULE_CHAIN,
        WINDOW_EDGE,
        REFUND_ABUSE,
    )
}
"""Every attack by name; ``summary`` says in plain words what it is."""
