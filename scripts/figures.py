"""The README's table of figures, made from the reports in docs/figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

__all__ = ["readme_with_figures"]

ROOT = Path(__file__).parents[1]
BEGIN, END = "<!-- figures: make docs -->\n", "<!-- end of figures -->\n"
HANDBOOK = "handbook_transactions.parquet --preset handbook"


def readme_with_figures() -> str:
    """The README as it is, with the table that the reports make."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}{_table()}{END}{after}"


def _table() -> str:
    rows = [*_bench(_figures("bench")), *_soak(_figures("soak")), *_handbook(_figures("handbook"))]
    lines = [f"| {what} | {figure} | `{command}` |" for what, figure, command in rows]
    return "\n".join(["| what | figure | command |", "|---|---|---|", *lines, ""])


def _figures(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / f"docs/figures/{name}.json").read_text("utf-8"))
    return found


def _bench(its: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (what, figure, "make bench")
        for what, figure in (
            (
                "JSON bytes to decision bytes, 60 features, 200 trees",
                f"{its['end_to_end_us']:.1f} µs an event: "
                f"{round(its['events_per_s'], -3):,.0f} a second on one core",
            ),
            (
                "the same in idiomatic Python, same run",
                f"{its['python_end_to_end_us']:.0f} µs: {its['ratio']:.0f} times slower",
            ),
            (
                "one event alone, in memory",
                f"p50 {its['single_p50_us']:.0f} µs, p99 {its['single_p99_us']:.0f} µs; "
                f"without an alert's reasons p99 {its['single_quiet_p99_us']:.0f} µs",
            ),
            (
                "memory",
                f"{its['bytes_per_key']:.0f} bytes a key, "
                f"{its['bytes_per_event']:.0f} bytes an event",
            ),
        )
    ]


def _soak(its: dict[str, Any]) -> list[tuple[str, str, str]]:
    compared = f"{its['comparisons']:,}, {its['mismatches']} mismatches"
    killed = ", ".join(f"{its[key]} {key}" for key in ("lost", "doubled", "different"))
    return [
        ("feature values compared with brute force", compared, "make soak"),
        ("processes killed at random moments", f"{its['kills']:,}, {killed}", "make soak"),
    ]


def _handbook(its: dict[str, Any]) -> list[tuple[str, str, str]]:
    ours = (
        f"AP {_share(its['ap'])} ({_share(its['ap_low'])} to {_share(its['ap_high'])}), "
        f"AUC {_share(its['auc'])}, CP@100 {_share(its['cp100'])}"
    )
    return [
        (
            "public card data, four weeks (simulated; real data scores far lower)",
            f"{ours}; published best .687, .869, .303",
            f"fraudstream evaluate {HANDBOOK} --protocol handbook",
        )
    ]


def _share(figure: float) -> str:
    return f"{figure:.3f}".removeprefix("0")
