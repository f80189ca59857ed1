"""How a command ends: exit codes, errors in one paragraph, and no traceback unless asked for."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path

import typer

from fraudstream.errors import FraudstreamError

__all__ = ["run"]

DONE, USAGE, BUG, INTERRUPTED = 0, 2, 70, 130
STDOUT = 1


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; every way to fail ends here."""
    debug = "--debug" in arguments
    try:
        return _invoke([word for word in arguments if word != "--debug"])
    except FraudstreamError as error:
        return _quiet_pipe() if _is_closed_pipe(error) else _told(error, debug)
    except typer.TyperException as error:
        return _misused(error)
    except SystemExit as left:  # Typer's answer to a closed pipe
        return _quiet_pipe() if _is_closed_pipe(left) else USAGE
    except BrokenPipeError:
        return _quiet_pipe()
    except (KeyboardInterrupt, typer.Abort):
        _say("interrupted")
        return INTERRUPTED
    except Exception:
        return _our_bug(debug)


def _invoke(arguments: Sequence[str]) -> int:
    from fraudstream.cli.app import app

    code = app(list(arguments), prog_name="fraudstream", standalone_mode=False)
    sys.stdout.flush()
    if code == INTERRUPTED:
        _say("interrupted")
    return code if isinstance(code, int) else DONE


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _told(error: FraudstreamError, debug: bool) -> int:
    if debug:
        traceback.print_exception(error)
    _say(str(error))
    return error.exit_code


def _misused(error: typer.TyperException) -> int:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "fraudstream"
    _say(f"error[usage-invalid]: {error.format_message().rstrip('.')}.\nHelp: {command} --help")
    return USAGE


def _is_closed_pipe(error: BaseException | None) -> bool:
    """Whether a reader that went away (``| head``) is at the root of it."""
    while error is not None:
        if isinstance(error, BrokenPipeError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _quiet_pipe() -> int:
    """End without a word; what Python would flush at exit goes nowhere instead of failing again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, STDOUT)
    return DONE


def _our_bug(debug: bool) -> int:
    if debug:
        traceback.print_exc()
        return BUG
    with tempfile.NamedTemporaryFile(
        "w", prefix="fraudstream-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        file.write(f"fraudstream {' '.join(sys.argv[1:])}\n\n{traceback.format_exc()}")
    kind, error, _ = sys.exc_info()
    _say(
        f"error[bug]: this is a mistake of ours, not of yours: {kind.__name__ if kind else ''}"
        f" ({error}).\nWhat happened is written in {Path(file.name)}; please report it with that"
        " file. With --debug it is shown here."
    )
    return BUG
