"""A clip's split depends on its source alone."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from sakuga.build.publish import split_of


@given(name=st.text())
def test_a_split_is_one_of_three_and_always_the_same(name: str) -> None:
    digest = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    assert split_of(digest) in ("train", "validation", "test")
    assert split_of(digest) == split_of(digest[:8])


def test_splits_are_90_to_5_to_5() -> None:
    shares = Counter(split_of(sha256(str(n).encode()).hexdigest()) for n in range(20_000))
    assert abs(shares["train"] / 20_000 - 0.90) < 0.01
    assert abs(shares["validation"] / 20_000 - 0.05) < 0.01
    assert abs(shares["test"] / 20_000 - 0.05) < 0.01


def test_splits_never_change_from_release_to_release() -> None:
    assert split_of("00000000") == "train"
    assert (split_of("e6666665"), split_of("e6666667")) == ("train", "validation")
    assert (split_of("f3333332"), split_of("f3333334")) == ("validation", "test")
    assert split_of("ffffffff") == "test"
