from __future__ import annotations

from tests.unit.schema.bank import bank, read

from fraudstream.schema import Sizes, memory

ONE = {"account": 1.0, "device": 1.0}
BLOCK = '\n[[features]]\nentity = ["account", "device"]\naggregates = ["count over 1h"]\n'


def test_every_entity_with_features_holds_the_events_of_horizon_and_lateness() -> None:
    preset = read(bank(features=BLOCK, more_input='lateness = "1h"\n'))
    sizes = Sizes({"account": 36, "device": 8}, bytes_per_key=100, keys={"account": 5})
    found = memory(preset, 10, sizes)
    assert [each.entity for each in found] == ["account", "device"]
    account = found[0]
    assert (account.events, account.keys) == (10 * 7_200, 5)
    assert account.bytes == 72_000 * 36 + 5 * 100


def test_a_delay_is_part_of_the_horizon() -> None:
    preset = read(bank(features=BLOCK.replace("over 1h", "over 1h delay 2h")))
    (account, _) = memory(preset, 1, Sizes(ONE, 0))
    assert account.horizon == 4 * 3_600_000


def test_there_are_never_more_keys_than_events() -> None:
    preset = read(bank(features=BLOCK))
    (account, _) = memory(preset, 0.001, Sizes(ONE, 1, {"account": 10**9}))
    assert account.keys == account.events == 7


def test_an_entity_holds_no_more_than_its_own_windows_ask_for() -> None:
    more = '\n[[features]]\nentity = "device"\naggregates = ["count over 30d"]\n'
    account, device = memory(read(bank(features=BLOCK + more)), 1, Sizes(ONE, 0))
    assert (account.horizon, device.horizon) == (2 * 3_600_000, 721 * 3_600_000)
