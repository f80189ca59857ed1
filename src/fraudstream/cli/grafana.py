"""Grafana: dashboards, alert rules and data sources as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fraudstream.cli.report import note
from fraudstream.errors import CheckFailed, NotInstalled, Problem

__all__ = ["COMMANDS"]


def export(
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where the files are written.")
    ] = Path("deploy/grafana"),
    currency: Annotated[
        str, typer.Option("--currency", metavar="CODE", help="The preset's base currency.")
    ] = "EUR",
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; say which files are out of date.")
    ] = False,
) -> None:
    """Write the files that Grafana is provisioned with.

    Four dashboards (Fraud Detection, Model, Operations, Transaction), alert
    rules, and the data sources they ask. Grafana reads them at its start from
    /etc/grafana/dashboards and /etc/grafana/provisioning; the address and
    password of the database come from its environment (docs/operations.md).

    Examples:
      fraudstream grafana export
      fraudstream grafana export --out /etc/grafana --currency CHF
      fraudstream grafana export --check
    """
    files = _files(currency.upper())
    stale = [name for name, text in files.items() if _text(out / name) != text]
    if check and stale:
        raise CheckFailed(
            f"{len(stale)} of {len(files)} files are not what would be written.",
            [Problem(str(out / name)) for name in stale],
            f"Write them: fraudstream grafana export --out {out} --currency {currency}",
        )
    for name in stale:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(files[name], encoding="utf-8")
    note(f"{len(stale)} of {len(files)} files written in {out}; the others were up to date")


def _files(currency: str) -> dict[str, str]:
    try:
        from fraudstream.monitoring.grafana import provisioning_files
    except ModuleNotFoundError as error:
        raise NotInstalled.of_extra(
            "grafana", "Dashboards are made with grafana-foundation-sdk, which is not installed."
        ) from error
    return provisioning_files(currency)


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


COMMANDS = (export,)
