"""What a run says: a line of JSON each step, and TensorBoard where it is installed.

RUN/log.jsonl    {"step": 0, "loss": 5.54, "rate": 4e-06, "norm": 1.2, "temperature": 0.07, ...}
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

NAME = "log.jsonl"


class Journal:
    """Appends lines. from_step: lines of this step and later, which a killed run left, go first."""

    def __init__(self, run: Path, from_step: int) -> None:
        self._file = run / NAME
        kept = [line for line in read(run) if line["step"] < from_step]
        temporary = self._file.with_suffix(".tmp")
        temporary.write_text("".join(json.dumps(line) + "\n" for line in kept), encoding="utf-8")
        temporary.replace(self._file)
        self._board = _board(run, from_step)

    def write(self, line: Mapping[str, float | int]) -> None:
        """One step's."""
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        if self._board is not None:
            for name, value in line.items():
                self._board.add_scalar(name, value, line["step"])

    def close(self) -> None:
        """Let TensorBoard finish."""
        if self._board is not None:
            self._board.close()


def read(run: Path) -> list[dict[str, Any]]:
    """The lines of a run, step by step; a last line that a kill cut short is left out."""
    try:
        text = (run / NAME).read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    whole, _, _ = text.rpartition("\n")
    return [json.loads(line) for line in whole.splitlines()]


def _board(run: Path, from_step: int) -> Any:
    if importlib.util.find_spec("tensorboard") is None:
        return None
    from torch.utils.tensorboard import SummaryWriter

    return SummaryWriter(str(run / "tensorboard"), purge_step=from_step)
