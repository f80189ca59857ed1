"""Profiles: what is known of accounts: when they signed up."""

from __future__ import annotations

from typing import Annotated

import typer

from fraudstream.cli.importing import Again, From, SkipBad, Table, To, told
from fraudstream.cli.options import Form, HomeFolder, PresetName
from fraudstream.cli.report import Format

__all__ = ["COMMANDS"]


def import_(
    source: From,
    table: Table = None,
    account: Annotated[
        str | None,
        typer.Option("--account", metavar="COLUMN", help="Holds the account. Default: account_id"),
    ] = None,
    signup: Annotated[
        str | None,
        typer.Option("--signup", metavar="COLUMN", help="Holds the time. Default: signup_time"),
    ] = None,
    to: To = None,
    skip_bad: SkipBad = False,
    again: Again = False,
    preset: PresetName = None,
    home: HomeFolder = None,
    form: Form = Format.TEXT,
) -> None:
    """Let accounts and their sign-up times enter the log.

    They become profile events: account age is counted from them, and the view
    account_details shows them, from the moment the engine has read them. All
    rows are checked first: bad ones are named, all at once, and nothing is
    written. Importing twice is harmless: what the store has already is left
    out, and an event that comes twice changes nothing. The latest one about an
    account wins. Other names of columns: --account, --signup.

    Examples:
      fraudstream profiles import accounts.csv
      fraudstream profiles import postgresql://core/bank --table crm.accounts
      fraudstream profiles import kafka://broker:9092/accounts --to log.jsonl
    """
    from fraudstream.cli.progress import show_progress
    from fraudstream.cli.stopping import stop_on_signal
    from fraudstream.config import load
    from fraudstream.wiring.importing.job import Wanted
    from fraudstream.wiring.importing.profiles import Columns, import_profiles
    from fraudstream.wiring.importing.tables import Source

    settings = load({"home": home, "preset": preset}).settings
    wanted = Wanted(Source(source, table), to, skip_bad, again)
    with stop_on_signal() as stop, show_progress() as progress:
        done = import_profiles(settings, wanted, Columns(account, signup), stop, progress)
    told(done, form)


COMMANDS = (import_,)
