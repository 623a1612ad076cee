"""All commands in one place, and how each of them ends.

A command's module is imported where it is asked for: the others would take longer than Python does
to start.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from sakuga import __version__
from sakuga.cli.ending import end

COMMANDS = (
    *("demo", "build", "plan", "status", "show", "report", "embed", "evaluate"),
    *("import", "export", "train", "generate", "doctor"),
)


class _Commands(TyperGroup):
    """The order below is the order of the help; an error ends a command with its own code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort):
            raise
        except (Exception, KeyboardInterrupt) as error:
            raise typer.Exit(end(error, str(ctx.invoked_subcommand))) from error


def app_of(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """The command line with these commands, in this order."""
    app = typer.Typer(
        cls=_Commands,
        help="Cartoon footage in; a timed, searchable dataset of shots and drawings out.",
        epilog="Exit codes: 0 all is well; 1 the machine stopped it; 2 the request is wrong; "
        "3 some items failed; 130 Ctrl-C.",
        no_args_is_help=True,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    for name in names:
        app.command(name)(_function(name))
    return app


def _function(command: str) -> Any:
    """What a command calls: of its own name, in a module of that name."""
    name = "import_" if command == "import" else command  # a word that Python keeps for itself
    return getattr(import_module(f"sakuga.cli.{name}"), name)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"sakuga {__version__}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Cartoon footage in; a timed, searchable dataset of shots and drawings out."""
