"""``db``: the store's tables brought up to date, looked at, and rid of what is too old."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from fraudstream.config import Settings
from fraudstream.errors import SettingsInvalid, UsageInvalid
from fraudstream.schema import Preset
from fraudstream.schema.durations import duration_text
from fraudstream.stores import duckdb
from fraudstream.wiring.presets import preset_named
from fraudstream.wiring.schemes import is_postgresql
from fraudstream.wiring.stores import file_of, place_of_store

__all__ = ["migrated", "pruned", "status"]


def migrated(settings: Settings) -> dict[str, Any]:
    """Apply what is missing; which migrations that were, and how long rows are kept."""
    place = place_of_store(settings)
    if not is_postgresql(place):
        return {"applied": duckdb.migrate_file(file_of(place)), "policies": False}
    from fraudstream.stores.postgres import Address, Keeping, apply_policies, migrate

    _require_retention(settings, settings.store.retention)
    address = Address.of(place)
    applied = migrate(address)
    keeping = Keeping(settings.store.retention, settings.store.compress_after)
    return {"applied": applied, "policies": apply_policies(address, keeping)}


def status(settings: Settings) -> dict[str, Any]:
    """What the store has, lacks and holds; changes nothing."""
    place = place_of_store(settings)
    if not is_postgresql(place):
        return duckdb.condition_of(file_of(place))
    from fraudstream.stores.postgres import Address, condition_of

    address = Address.of(place)
    found = condition_of(address)
    return {
        "store": str(address),
        "timescaledb": found.timescale,
        "applied": list(found.applied),
        "lacking": list(found.lacking),
        **found.figures,
    }


def pruned(settings: Settings, older_than: int | None) -> dict[str, int]:
    """Delete what is older than an age in ms (else ``[store] retention``); rows by table.

    Raises ``SettingsInvalid`` where the engine still needs what would be deleted.
    """
    age = older_than or settings.store.retention
    if not age:
        raise UsageInvalid(
            "nothing says how old is too old",
            advice="Say it: fraudstream db prune --older-than 400d, or [store] retention.",
        )
    _require_retention(settings, age)
    before = datetime.now(UTC) - timedelta(milliseconds=age)
    place = place_of_store(settings)
    if not is_postgresql(place):
        return duckdb.prune_file(file_of(place), before)
    from fraudstream.stores.postgres import Address, prune

    return prune(Address.of(place), before)


def _require_retention(settings: Settings, age: int) -> None:
    """State can be made anew from the store only as long as it holds the longest window."""
    preset: Preset = preset_named(settings.preset)
    needed = max(preset.horizon + preset.input.lateness, preset.input.dedupe)
    if 0 < age < needed:
        raise SettingsInvalid(
            f"{duration_text(age)} is shorter than the {duration_text(needed)} that preset "
            f"{preset.name} looks back.",
            advice="Keep rows at least that long: without them the state cannot be made anew.",
        )
