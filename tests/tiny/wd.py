"""The files of a WD tagger: `model.onnx` and `selected_tags.csv`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.tiny.nets import net

SIDE = 32
RATINGS = (
    ("9999999", "general", "9", "807858"),
    ("9999998", "sensitive", "9", "3771700"),
    ("9999997", "questionable", "9", "769899"),
    ("9999996", "explicit", "9", "560281"),
)
TAGS = (  # kaomoji, brackets, quotes and underscores: names stay as they are
    ("470575", "1girl", "0", "4225150"),
    ("212816", "solo", "0", "3515897"),
    ("1300281", "^_^", "0", "6352"),
    ("3843", "|_|", "0", "2020"),
    ("401968", ">:(", "0", "1310"),
    ("9", 'a_"quoted",_tag', "0", "640"),
    ("1304828", "hatsune_miku", "4", "85119"),
    ("1240758", "cirno_(touhou)", "4", "20105"),
)
HEADER = ("tag_id", "name", "category", "count")
OLD = ("input_1:0", "predictions_sigmoid")  # names of input and output in exports of the v2 series
NEW = ("input", "output")  # and in those of v3


def tagger_files(
    rows: Sequence[Sequence[str]] = (*RATINGS, *TAGS),
    header: Sequence[str] = HEADER,
    outputs: int | None = None,
    **model: Any,
) -> dict[str, bytes]:
    """Name -> bytes. outputs: of the model, as many as rows unless told otherwise."""
    settings: dict[str, Any] = {"names": NEW, "side": SIDE} | model
    drawn = net(outputs or len(rows), order="NHWC", last="Sigmoid", **settings)
    return {"model.onnx": drawn, "selected_tags.csv": csv_bytes(rows, header)}


def csv_bytes(rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> bytes:
    """A table as the hub's files are written: quotes only where they are needed."""
    return "".join(f"{','.join(map(_cell, row))}\n" for row in (header, *rows)).encode()


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"') else text
