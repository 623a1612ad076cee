"""Captions to ids, as the public nets read them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from sakuga.core.errors import RequestError
from sakuga.models.tokenizer import BertTokenizer, ClipTokenizer, cleaned
from tests.unit.models.oracles import PARITY

PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "girl", "run", "##s", "##ning", "cafe",
          ",", "カ", "##ット", "in", "the", "rain"]  # fmt: skip


@pytest.mark.parametrize("context", [32, 77])
def test_clips_ids_equal_the_public_ones(context: int) -> None:
    if not (PARITY / "clip_tokens.json").exists():
        pytest.skip("no clip_tokens.json of the public references in shared/parity")
    given = json.loads((PARITY / "clip_tokens.json").read_text(encoding="utf-8"))
    assert ClipTokenizer(context)(given["sentences"]).tolist() == given[f"ids{context}"]


def test_an_empty_caption_is_a_start_and_an_end() -> None:
    assert ClipTokenizer(5)([""]).tolist() == [[49406, 49407, 0, 0, 0]]


def test_no_captions_are_no_rows() -> None:
    assert ClipTokenizer()([]).shape == (0, 32)


def test_ten_thousand_words_are_cut_and_still_end() -> None:
    ids = ClipTokenizer()(["smear " * 10_000])
    assert ids.shape == (1, 32)
    assert ids[0, 0] == 49406 and ids[0, -1] == 49407
    assert int((ids == 49407).sum()) == 1


def test_curly_quotes_entities_and_full_width_letters_are_plain() -> None:
    tokens = ClipTokenizer()
    assert torch.equal(tokens(["don’t &amp;amp; ＡＢＣ"]), tokens(["don't & abc"]))


def test_a_caption_that_names_the_end_does_not_end_there() -> None:
    ids = ClipTokenizer()(["cut <|endoftext|> here"])
    assert int((ids == 49407).sum()) == 1


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("A girl's hand, waving!", "a girls hand waving"),
        ("close-up / pan", "close up pan"),
        ('<person>  (smiling): "hi"', "person smiling hi"),
        ("", ""),
    ],
)
def test_captions_are_cleaned_as_upstream(caption: str, expected: str) -> None:
    assert cleaned(caption) == expected


@pytest.fixture
def vocabulary(tmp_path: Path) -> Path:
    file = tmp_path / "vocab.txt"
    file.write_text("\n".join(PIECES) + "\n", encoding="utf-8")
    return file


def test_berts_ids_equal_those_of_transformers(vocabulary: Path) -> None:
    from transformers import BertTokenizer as Peer

    numbered = {piece: number for number, piece in enumerate(PIECES)}
    peer = Peer(vocab=numbered, do_lower_case=True)
    captions = ["A girl RUNS, running in the rain", "", "Café カット", "xyzzy", "girl " * 50]
    theirs = peer(captions, padding="max_length", truncation=True, max_length=9)["input_ids"]
    assert BertTokenizer(vocabulary, 9)(captions).tolist() == theirs


def test_what_is_no_vocabulary_is_said(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("one\ntwo\n")
    (tmp_path / "b").write_bytes(b"\xff\x00")
    for name in ("a", "b", "absent"):
        with pytest.raises(RequestError, match=name):
            BertTokenizer(tmp_path / name)
