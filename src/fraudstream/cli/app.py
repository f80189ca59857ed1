"""The command tree: which commands there are, and in which order help lists them."""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType
from typing import Annotated

import typer

from fraudstream.cli import (
    config,
    db,
    demo,
    doctor,
    evaluate,
    explain,
    features,
    grafana,
    init,
    labels,
    models,
    presets,
    profiles,
    rejects,
    replay,
    run,
    simulate,
    spark,
    stack,
    state,
    train,
)
from fraudstream.cli.command import Command, Group

__all__ = ["app"]

_COMMANDS = (
    demo.demo,
    init.init,
    doctor.doctor,
    run.run,
    simulate.simulate,
    features.features,
    train.train,
    evaluate.evaluate,
    replay.replay,
    explain.explain,
)
_GROUPS = (presets, models, labels, profiles, rejects, state, config, db, spark, stack, grafana)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"fraudstream {version('fraudstream')}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show tracebacks; may stand anywhere.")
    ] = False,
) -> None:
    """Real-time fraud detection for card and bank transactions.

    Begin with:
      fraudstream demo                         a simulated bank under attack
      fraudstream init my-bank --from tx.csv   the same on your own data
      fraudstream doctor                       is everything here that is needed?

    Data goes to standard output, everything else to standard error.
    """


def _built() -> typer.Typer:
    tree = typer.Typer(
        cls=Group, rich_markup_mode=None, no_args_is_help=True, pretty_exceptions_enable=False
    )
    tree.callback(cls=Group)(_root)
    for command in _COMMANDS:
        tree.command(cls=Command)(command)
    _add_groups(tree, _GROUPS)
    return tree


def _add_groups(tree: typer.Typer, groups: Iterable[ModuleType]) -> None:
    for group in groups:
        branch = typer.Typer(cls=Group, help=group.__doc__, no_args_is_help=True)
        for command in group.COMMANDS:
            branch.command(command.__name__.rstrip("_"), cls=Command)(command)
        _add_groups(branch, getattr(group, "GROUPS", ()))
        tree.add_typer(branch, name=group.__name__.rpartition(".")[2])


app = _built()
