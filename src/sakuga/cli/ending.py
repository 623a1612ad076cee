"""How a command ends when something goes wrong: what is said, and the exit code."""

from __future__ import annotations

import errno

WELL, WORLD, REQUEST, ITEMS, INTERRUPTED = 0, 1, 2, 3, 130

_RESUME = "What is made stays; the same command goes on from there."
_AGAIN = {
    **dict.fromkeys(("build", "demo", "embed"), _RESUME),
    "generate": "What is made stays; name the pictures that are left, or add --overwrite.",
}


def end(error: BaseException, command: str) -> int:
    """Say what went wrong, on standard error, and give the exit code. Raises what is our bug."""
    from sakuga.core.errors import RequestError

    resume = _AGAIN.get(command, "The same command may be run again.")
    if isinstance(error, KeyboardInterrupt):
        say("stopped", "", resume)
        return INTERRUPTED
    if isinstance(error, RequestError):
        say("error", *_what_and_do(str(error), command))
        return REQUEST
    if _is_world(error):
        say("stopped", str(error) or type(error).__name__, resume)
        return WORLD
    raise error


def say(word: str, what: str, do: str) -> None:
    """One line of what, one line of what to do, on standard error."""
    from rich.text import Text

    from sakuga.cli.console import stderr

    line = Text.assemble((word, "bold red"), ": " if what else ".", what)
    stderr().print(line, soft_wrap=True)
    stderr().print(Text(f"  {do}", "dim"), soft_wrap=True)


def _what_and_do(message: str, command: str) -> tuple[str, str]:
    """A message's last clause says what to do; the help does where it has but one."""
    message = " ".join(message.split())
    for mark in (". ", "; "):
        what, found, do = message.rpartition(mark)
        if found:
            return what, do
    return message, f"see: sakuga {command} --help"


def _is_world(error: BaseException) -> bool:
    from sakuga.core.errors import StopBuild
    from sakuga.core.guard import WorldError

    if isinstance(error, OSError):
        return error.errno not in (None, errno.EPIPE)  # a closed pipe is for Typer to end quietly
    return isinstance(error, (WorldError, StopBuild, MemoryError))
