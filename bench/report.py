"""The figures as a table and as reports/bench.json."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator, Mapping
from pathlib import Path

__all__ = ["merge", "table", "write"]

Figures = Mapping[str, float]

_LINES = (
    ("decode", "decode_us", "µs"),
    ("admit + features", "features_us", "µs"),
    ("score", "score_us", "µs"),
    ("decide", "decide_us", "µs"),
    ("encode", "encode_us", "µs"),
    ("JSON bytes to decision bytes", "end_to_end_us", "µs"),
    ("the same in idiomatic Python", "python_end_to_end_us", "µs"),
    ("times faster", "ratio", "x"),
    ("events per second, one core", "events_per_s", ""),
    ("single event, p50", "single_p50_us", "µs"),
    ("single event, p99", "single_p99_us", "µs"),
    ("single event, p99.9", "single_p999_us", "µs"),
    ("  that raises no alert, p99", "single_quiet_p99_us", "µs"),
    ("  that raises an alert, p50", "single_alert_p50_us", "µs"),
    ("share of alerts", "alert_share", ""),
    ("explaining an alert: the engine", "explain_us", "µs"),
    ("explaining an alert: LightGBM", "lightgbm_explain_us", "µs"),
    ("scoring a batch: the engine", "engine_batch_us", "µs"),
    ("scoring a batch: LightGBM", "lightgbm_batch_us", "µs"),
    ("scoring a batch: XGBoost", "xgboost_batch_us", "µs"),
    ("features, one hot merchant", "hot_key_us", "µs"),
    ("  with 10 % late events", "hot_key_late_us", "µs"),
    ("memory of an idle key", "bytes_per_key", "bytes"),
    ("memory of a transaction", "bytes_per_event", "bytes"),
    ("entities of a transaction", "keys_per_event", ""),
)


def table(figures: Figures) -> str:
    """Everything measured, a line each."""
    return "\n".join(_rows(figures))


def merge(figures: Figures, path: Path) -> None:
    """The same into a report that other measurements write to as well."""
    held = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    write({**held, **figures}, path)


def write(figures: Figures, path: Path) -> None:
    """The figures, and what they were measured on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    machine = {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }
    path.write_text(json.dumps({**figures, "machine": machine}, indent=2) + "\n", encoding="utf-8")


def _rows(figures: Figures) -> Iterator[str]:
    for title, key, unit in _LINES:
        yield f"{title:<32}{_shown(figures[key]):>12} {unit}".rstrip()


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:,.3g}"


def _processor() -> str:
    """The model's name where Linux tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
