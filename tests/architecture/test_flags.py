"""The set of flags is frozen: a new knob is a field of a recipe. The page of help is current."""

from __future__ import annotations

from pathlib import Path

from sakuga.cli.reference import flags, reference

ROOT = Path(__file__).parents[2]


def test_flags_are_those_that_were_agreed() -> None:
    agreed = (Path(__file__).parent / "flags.txt").read_text(encoding="utf-8").split("\n")
    assert flags() == [line for line in agreed if line]


def test_the_page_of_help_is_current() -> None:
    """If not: python -m sakuga.cli.reference > docs/cli.md"""
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == reference()
