"""The tables of figures in README and docs, made from the reports in docs/figures."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

__all__ = ["kafka_with_figures", "readme_with_figures", "spark_with_figures"]

ROOT = Path(__file__).parents[1]
BEGIN, END = "<!-- figures: make docs -->\n", "<!-- end of figures -->\n"
RATES = (1000, 5000, 20_000)
HANDBOOK = "handbook_transactions.parquet --preset handbook"


def readme_with_figures() -> str:
    """The README as it is, with the table that the reports make."""
    rows = [
        *_bench(_figures("bench")),
        *_service(_figures("kafka")),
        *_cluster(_figures("spark")),
        *_soak(_figures("soak")),
        *_handbook(_figures("handbook")),
    ]
    commands = [(what, figure, f"`{command}`") for what, figure, command in rows]
    return _with_table("README.md", ("what", "figure", "command"), commands)


def kafka_with_figures() -> str:
    """docs/kafka.md with its rates."""
    its = _figures("kafka")
    ways = ("echo", "at_least_once", "exactly_once")
    rows = [
        (f"{rate:,}", *(f"{_ms(its, way, rate, 50)} / {_ms(its, way, rate, 99)}" for way in ways))
        for rate in RATES
    ]
    return _with_table("docs/kafka.md", ("events a second", *ways), rows)


def spark_with_figures() -> str:
    """docs/spark.md with its rates."""
    its = _figures("spark")
    rows = [
        (
            what,
            *(f"{its[f'workers_{n}'][f'{way}_rows_per_s']:,.0f}" for n in (1, 2)),
            *(f"{its[f'workers_{n}'][f'{way}_batch_s']:.1f} s" for n in (1, 2)),
        )
        for way, what in (
            ("bucket", "by bucket: features, scores, decisions"),
            ("per_card", "by key: the same features in Python"),
            ("per_row", "by row: no features of the past"),
        )
    ]
    head = ("way", "rows/s, one worker", "two", "a batch, one worker", "two")
    return _with_table("docs/spark.md", head, rows)


def _with_table(page: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A page as it is, with another table between the marks."""
    text = (ROOT / page).read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    lines = [_line(head), "|---" * len(head) + "|", *map(_line, rows), ""]
    return before + BEGIN + "\n".join(lines) + END + after


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


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


def _service(its: dict[str, Any]) -> list[tuple[str, str, str]]:
    rate = RATES[0]
    found, floor = (
        f"p50 {_ms(its, way, rate, 50)} ms, p99 {_ms(its, way, rate, 99)} ms"
        for way in ("at_least_once", "echo")
    )
    return [
        (
            f"Kafka to decision to Kafka, {rate:,} a second ([more](docs/kafka.md#how-fast))",
            f"{found}; a mere echo of the messages {floor}",
            "make bench",
        ),
        (
            "Kafka to PostgreSQL, every table, exactly once",
            f"{round(its['kafka_to_postgres_events_per_s'], -3):,.0f} a second",
            "make bench",
        ),
    ]


def _cluster(its: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (
            "Spark on the same two cores ([more](docs/spark.md#how-fast))",
            f"{round(its['bucket_rows_per_s'], -3):,.0f} rows a second, "
            f"{its['bucket_over_per_card']:.0f} times a state for each key in Python",
            "make bench-spark",
        )
    ]


def _ms(its: dict[str, Any], way: str, rate: int, share: int) -> str:
    return f"{its[f'{way}_{rate}_p{share}_ms']:.1f}"


def _soak(its: dict[str, Any]) -> list[tuple[str, str, str]]:
    compared = f"{its['comparisons']:,}, {its['mismatches']} mismatches"
    return [
        ("feature values compared with brute force", compared, "make soak"),
        ("engines on files killed at random moments", _killed(its), "make soak"),
        (
            "engines between Kafka and PostgreSQL killed or paused, each with a standby",
            _killed(its["service"]),
            "make soak",
        ),
    ]


def _killed(its: dict[str, Any]) -> str:
    """How often, and what became of the decisions."""
    found = ", ".join(f"{its[key]} {key}" for key in ("lost", "doubled", "different"))
    return f"{its['kills']:,}, {found}"


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
