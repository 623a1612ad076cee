"""All commands in one place, and how each of them ends."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from sakuga import __version__
from sakuga.cli.build import build
from sakuga.cli.demo import demo
from sakuga.cli.doctor import doctor
from sakuga.cli.embed import embed
from sakuga.cli.ending import end
from sakuga.cli.evaluate import evaluate
from sakuga.cli.export import export
from sakuga.cli.generate import generate
from sakuga.cli.import_ import import_
from sakuga.cli.plan import plan
from sakuga.cli.report import report
from sakuga.cli.show import show
from sakuga.cli.status import status
from sakuga.cli.train import train


class _Commands(TyperGroup):
    """The order below is the order of the help; an error ends a command with its own code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort):
            raise
        except (Exception, KeyboardInterrupt) as error:
            raise typer.Exit(end(error, str(ctx.invoked_subcommand))) from error


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


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"sakuga {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Cartoon footage in; a timed, searchable dataset of shots and drawings out."""


for _command in (
    demo,
    build,
    plan,
    status,
    show,
    report,
    embed,
    evaluate,
    import_,
    export,
    train,
    generate,
    doctor,
):
    app.command(_command.__name__.rstrip("_"))(_command)
