"""A recipe is its provenance: what comes out depends on its fields, and on nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pytest

from sakuga.core.recipe import differences, fingerprint, plain, public
from tests.stages import Holder, Loud


@dataclass(frozen=True)
class Painted:
    weights: Any = None
    rate: Fraction = Fraction(24000, 1001)


def test_a_field_that_only_says_how_is_no_provenance() -> None:
    few, many = Holder(use=Loud(2, batch=1)), Holder(use=Loud(2, batch=99))
    assert few == many and plain(few) == plain(many)
    assert plain(few)["use"] == {"recipe": "tests.stages:Loud", "version": 1, "volume": 2}
    assert plain(few) != plain(Holder(use=Loud(3)))


def test_what_differs_is_told_in_words() -> None:
    old, new = plain(Painted("a")), plain(Painted("b", Fraction(25)))
    assert list(differences(old, new)) == ['rate "24000/1001" -> "25"', 'weights "a" -> "b"']
    assert fingerprint(old) != fingerprint(new)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("/home/me/models/blip2", "blip2"),
        ("~/models/blip2/", "blip2"),
        ("../weights/net.onnx", "net.onnx"),
        ("file:///home/me/net.onnx", "net.onnx"),
        ("C:\\Users\\me\\net.onnx", "net.onnx"),
        ("owner/name", "owner/name"),
        ("s3://bucket/net.onnx", "s3://bucket/net.onnx"),
        ("https://example.org/v1", "https://example.org/v1"),
        ("and/or", "and/or"),
        (["/a/b", 3], ["b", 3]),
    ],
)
def test_no_path_of_this_machine_is_published(value: Any, shown: Any) -> None:
    assert public(Painted(value))["weights"] == shown
    assert public(Holder(use=Painted(value)))["use"]["weights"] == shown
