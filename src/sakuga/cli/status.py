"""`sakuga status`: what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sakuga.cli.options import AsJson, Dir

if TYPE_CHECKING:
    from sakuga.report.state import State


def status(folder: Dir, *, as_json: AsJson = False) -> None:
    """What is there: rows, parts and sizes of every table, what failed, what was skipped."""
    from sakuga.cli.console import print_json
    from sakuga.report.state import read_state

    state = read_state(folder)
    if as_json:
        print_json(state)
    else:
        print_state(state)


def print_state(state: State) -> None:
    """The state as tables."""
    from sakuga.cli.console import count, size, stdout, table

    console = stdout()
    shown = table("table", "rows", "parts", "failed", "size", numbers=4)
    for each in state.tables:
        parts = (
            f"{each.parts:,}" if each.parts == each.wanted else f"{each.parts:,}/{each.wanted:,}"
        )
        failed = f"{each.failures:,}" if each.failures else "-"
        shown.add_row(each.table, f"{each.rows:,}", parts, failed, size(each.bytes))
    console.print(shown)
    console.print(f"{state.out}: {size(state.bytes)} in all", soft_wrap=True)
    if state.skipped:
        kinds = ", ".join(f"{number} {kind}" for kind, number in state.skipped.items())
        console.print(f"Skipped files: {kinds}", soft_wrap=True)
    if state.duplicates:
        console.print(f"{count(state.duplicates, 'file')} with the same bytes as another")
    if not state.failures:
        return
    console.print()
    failures = table("room", "reason", "items", "from", "what")
    for reason in state.failures:
        for place, example in enumerate(reason.examples):
            head = (reason.stage, reason.reason, f"{reason.count:,}") if not place else ("", "", "")
            item = f"{example.source or '?'} ({example.id[:12]})"
            failures.add_row(*head, item, example.message)
    console.print(failures)
    again = f"sakuga build --out {state.out} --retry {state.failures[0].reason}"
    console.print(f"To try again: {again}", style="dim", soft_wrap=True)
