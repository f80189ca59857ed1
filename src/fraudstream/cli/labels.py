"""Labels: what became of transactions, as chargebacks tell."""

from __future__ import annotations

from fraudstream.cli.importing import Again, From, SkipBad, Table, To, told
from fraudstream.cli.options import Form, HomeFolder, PresetName
from fraudstream.cli.report import Format, show

__all__ = ["COMMANDS"]


def status(home: HomeFolder = None, form: Form = Format.TEXT) -> None:
    """Say how many labels the store holds, for which transactions.

    Examples:
      fraudstream labels status
    """
    from fraudstream.config import load
    from fraudstream.wiring.asking import label_status

    figures = label_status(load({"home": home}).settings)
    show(figures, "\n".join(f"{name}: {value}" for name, value in figures.items()), form)


def import_(
    source: From,
    table: Table = None,
    to: To = None,
    skip_bad: SkipBad = False,
    again: Again = False,
    preset: PresetName = None,
    home: HomeFolder = None,
    form: Form = Format.TEXT,
) -> None:
    """Let labels enter the log, completed from the store by their ids.

    Columns: transaction_id and is_fraud (1/0, true/false, fraud/genuine), and
    where there are any known_at, source, reason_code. Event time, amount and
    entity keys come from the transaction in the store. All rows are checked
    first: bad ones, and those of unknown transactions, are named, all at once,
    and nothing is written. Of several rows about one transaction the last one
    counts. Importing twice is harmless: a verdict that the store has already is
    left out.

    Examples:
      fraudstream labels import chargebacks.csv
      fraudstream labels import postgresql://core/bank --table disputes
      fraudstream labels import chargebacks.parquet --skip-bad --to log.jsonl
    """
    from fraudstream.cli.progress import show_progress
    from fraudstream.cli.stopping import stop_on_signal
    from fraudstream.config import load
    from fraudstream.wiring.importing.job import Wanted
    from fraudstream.wiring.importing.labels import import_labels
    from fraudstream.wiring.importing.tables import Source

    settings = load({"home": home, "preset": preset}).settings
    wanted = Wanted(Source(source, table), to, skip_bad, again)
    with stop_on_signal() as stop, show_progress() as progress:
        done = import_labels(settings, wanted, stop, progress)
    told(done, form)


COMMANDS = (import_, status)
