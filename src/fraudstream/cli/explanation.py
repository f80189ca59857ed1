"""A stored decision in words: what ``explain`` prints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["explanation"]


def explanation(row: Mapping[str, Any]) -> str:
    """The decision, what spoke for it, what made it, and what was learned since."""
    costs = ", ".join(f"{action} {cost:,.2f}" for action, cost in row["expected_cost"].items())
    parts = [
        f"{row['transaction_id']}  {row['action']}, decided by {row['decided_by']}, "
        f"score {row['score']:.6f}",
        f"{_money(row)} at {row['event_time']}, account {row['account_id'] or 'unknown'}",
        f"Expected cost: {costs}",
        *_reasons(row["reasons"]),
        f"Circumstances: {', '.join(row['flags']) or 'none'}; "
        f"{100 * row['coverage']:.0f} % of the longest window seen",
        f"Made by: kernel {row['kernel']}, features {row['features_version']}, "
        f"model {row['model_version'] or 'none'}, policy {row['policy_version']}",
        f"From: {row['source']} {row['source_partition']}:{row['source_offset']}, "
        f"batch {row['batch']}",
        *_labels(row["labels"]),
    ]
    return "\n".join(parts)


def _money(row: Mapping[str, Any]) -> str:
    return f"{row['amount']:,.2f} {row['currency']}"


def _reasons(reasons: list[Mapping[str, Any]]) -> list[str]:
    if not reasons:
        return ["Reasons: none are kept for what was approved"]
    return ["Reasons:", *(f"  {reason['text']}  ({reason['weight']:+.2f})" for reason in reasons)]


def _labels(labels: list[Mapping[str, Any]]) -> list[str]:
    if not labels:
        return ["Labels: none so far"]
    return [
        f"Label: {'fraud' if label['is_fraud'] else 'not fraud'}, known {label['known_at']}"
        + (f", from {label['source']}" if label["source"] else "")
        for label in labels
    ]
