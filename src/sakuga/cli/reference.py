"""All help as one Markdown page: `python -m sakuga.cli.reference > docs/cli.md`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from sakuga.cli import app

_HEAD = """# Commands

Written by `python -m sakuga.cli.reference`; a test keeps it so.

| exit code | what it means |
| --- | --- |
| 0 | all is well |
| 1 | the machine stopped it (disk full, out of memory); the same command goes on from there |
| 2 | the request is wrong; nothing was touched |
| 3 | some items failed; `sakuga status DIR` says which and why |
| 130 | Ctrl-C; the same command goes on from there |

Progress goes to standard error, what was asked for to standard output; with `--json` that is JSON
and nothing else. `NO_COLOR` is respected.
"""


def reference() -> str:
    """The page."""
    group: Any = typer.main.get_command(app)
    return "\n".join([_HEAD, *(_command(name, each) for name, each in group.commands.items())])


def flags() -> list[str]:
    """Every command with every flag and argument: what a test keeps frozen."""
    group: Any = typer.main.get_command(app)
    return [
        f"{name} {' '.join([*each.opts, *each.secondary_opts]) if _is_flag(each) else _name(each)}"
        for name, command in group.commands.items()
        for each in command.params
    ]


def _command(name: str, command: Any) -> str:
    arguments = [_name(each) for each in command.params if not _is_flag(each)]
    usage = " ".join(["sakuga", name, *arguments, "[OPTIONS]"])
    lines = [f"## `{name}`", "", command.help.strip(), "", f"    {usage}", ""]
    return "\n".join([*lines, "| | |", "| --- | --- |", *_rows(command), ""])


def _rows(command: Any) -> Iterator[str]:
    for each in command.params:
        name = f"{each.opts[0]} {_value(each)}".rstrip() if _is_flag(each) else _name(each)
        text = f"`{name}`", f"{each.help}{_default(each)}"
        yield "| {} | {} |".format(*(cell.replace("|", "\\|") for cell in text))


def _value(option: Any) -> str:
    return "" if option.is_flag else str(option.metavar or "")


def _default(option: Any) -> str:
    if option.required and _is_flag(option):
        return " Required."
    shown = option.show_default if isinstance(option.show_default, str) else option.default
    hidden = shown is None or shown is False or not _is_flag(option)
    return "" if hidden else f" Default: {getattr(shown, 'value', shown)}."


def _is_flag(option: Any) -> bool:
    return option.param_type_name == "option"


def _name(argument: Any) -> str:
    return str(argument.metavar or argument.name)


if __name__ == "__main__":
    typer.echo(reference(), nl=False)
