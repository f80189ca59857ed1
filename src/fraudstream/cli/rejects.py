"""Rejects: messages that could not be used, each with its reason."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from fraudstream.cli.importing import SkipBad, To
from fraudstream.cli.options import Form, HomeFolder, PresetName
from fraudstream.cli.report import Format, note, show, table

__all__ = ["COMMANDS"]


def list_(
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="REASON", help="Only this reason.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="Newest first.")] = 20,
    home: HomeFolder = None,
    form: Form = Format.TEXT,
) -> None:
    """List the newest rejects.

    Examples:
      fraudstream rejects list
      fraudstream rejects list --reason duplicate --limit 100
    """
    from fraudstream.config import Home, load
    from fraudstream.wiring.asking import newest_rejects
    from fraudstream.wiring.importing.retrying import retried_before

    settings = load({"home": home}).settings
    rows = newest_rejects(settings, reason, limit)
    before = retried_before(Home(settings.home))
    for row in rows:
        row["place"] = f"{row['source']}:{row['source_partition']}:{row['source_offset']}"
        row["retried_at"] = f"{before[row['place']].at:%FT%TZ}" if row["place"] in before else None
    lines = [
        [r["place"], r["reason"], r["field"] or "", r["detail"], r["retried_at"] or ""]
        for r in rows
    ]
    show({"rejects": rows}, table(["place", "reason", "field", "detail", "retried"], lines), form)


def show_(
    place: Annotated[
        str, typer.Argument(metavar="[TOPIC:]PARTITION:OFFSET", help="As list says it.")
    ],
    home: HomeFolder = None,
    form: Form = Format.TEXT,
) -> None:
    """Show one reject with its raw bytes; card numbers in it are masked.

    The topic (or the file's name) may be left out where the rest names one
    message.

    Examples:
      fraudstream rejects show raw_transactions:0:4711
      fraudstream rejects show 0:4711
    """
    from fraudstream.config import load
    from fraudstream.wiring.asking import one_reject

    _require_place(place)
    reject = one_reject(load({"home": home}).settings, place)
    show(reject, "\n".join(f"{name}: {value}" for name, value in reject.items()), form)


def retry(
    places: Annotated[
        list[str] | None,
        typer.Argument(metavar="[[TOPIC:]PARTITION:OFFSET]...", help="Which ones, as list says."),
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="REASON", help="The newest of this reason.")
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, help="Of a reason: at most so many.")
    ] = 1_000,
    corrected: Annotated[
        Path | None,
        typer.Option("--with", metavar="FILE|-", help="The message, corrected, to send instead."),
    ] = None,
    to: To = None,
    skip_bad: SkipBad = False,
    again: Annotated[bool, typer.Option("--again", help="Also what was sent before.")] = False,
    preset: PresetName = None,
    home: HomeFolder = None,
    form: Form = Format.TEXT,
) -> None:
    """Send rejects again, into the log that they came from.

    After a correction of the preset (a rate, a limit, a format) as they were;
    or one of them corrected, with --with. Each keeps key and headers, and the
    header retried_from says its place. First it is checked whether they would
    be refused again, were cut or masked, or were sent again before: then none
    is sent, and all such are named. What list shows stays as it is.

    Examples:
      fraudstream rejects retry --reason currency_no_rate
      fraudstream rejects retry raw_transactions:0:4711 --with fixed.json
    """
    from fraudstream.config import load
    from fraudstream.wiring.importing.retrying import Retry, retry_rejects

    if bool(places) == bool(reason):
        raise typer.BadParameter("name places, or a --reason")
    if corrected and len(places or ()) != 1:
        raise typer.BadParameter("--with takes the place of one message; name that one")
    for place in places or ():
        _require_place(place)
    message = None if corrected is None else _read(corrected)
    wanted = Retry(places or (), reason, limit, message, to, again, skip_bad)
    settings = load({"home": home, "preset": preset}).settings
    sent, problems = retry_rejects(settings, wanted)
    for problem in problems:
        note(str(problem))
    figures = {
        "sent": [{"place": one.place, "log": one.log, "sha256": one.sha256} for one in sent],
        "left_out": [str(problem) for problem in problems],
    }
    logs = ", ".join(dict.fromkeys(one.log for one in sent)) or "nowhere"
    text = f"{len(sent):,} sent again to {logs}, {len(problems):,} left out"
    if to == "-":
        note(text)
    else:
        show(figures, text, form)


def _require_place(place: str) -> None:
    _, partition, offset = ["", "", *place.rsplit(":", 2)][-3:]
    if not (partition.isdigit() and offset.isdigit()):
        raise typer.BadParameter(
            f'"{place}" is not a place; write for example raw_transactions:0:4711, or 0:4711'
        )


def _read(path: Path) -> bytes:
    """A message without the line end that editors add."""
    from fraudstream.errors import InputInvalid, Problem

    try:
        data = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        problem = Problem(error.strerror or str(error), str(path))
        raise InputInvalid(f"{path} cannot be read", [problem]) from error
    return data.rstrip(b"\r\n")


COMMANDS = (list_, show_, retry)
