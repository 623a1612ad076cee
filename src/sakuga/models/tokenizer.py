"""Captions to ids: CLIP's byte pairs for ViCLIP, BERT's word pieces for VideoMamba (§4.1).

CLIP's table of merges comes with this package (`clip_merges.txt.gz`, MIT, OpenAI), so ViCLIP trains
where nothing can be downloaded. BERT's vocabulary is `vocab.txt` of its public repository
(`models.public`). Both nets were trained on 32 tokens; what is longer is cut.
"""

from __future__ import annotations

import functools
import gzip
import html
import re
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from sakuga.core.errors import RequestError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

CONTEXT = 32
START, END = "<|startoftext|>", "<|endoftext|>"
CLIP_VOCABULARY = 49408
_WORDS = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
_DELETED = str.maketrans("", "", ",.'!?\"()*#:;~")


def cleaned(caption: str) -> str:
    """The caption as both public nets were trained on it: lower case, hardly any punctuation."""
    caption = caption.lower().translate(_DELETED).replace("-", " ").replace("/", " ")
    return re.sub(r"\s{2,}", " ", caption.replace("<person>", "person")).strip()


class ClipTokenizer:
    """CLIP's: bytes joined by its merges, between a start and an end; id 0 fills up."""

    vocabulary = CLIP_VOCABULARY

    def __init__(self, context: int = CONTEXT) -> None:
        self.context = context
        self._pairs = byte_pairs()

    def __call__(self, captions: Sequence[str]) -> Tensor:
        """(B, context) int64: start, at most context - 2 tokens, end, zeros."""
        encoded = self._pairs.encode_batch([_as_clip_reads(caption) for caption in captions])
        ids = torch.zeros(len(captions), self.context, dtype=torch.long)
        for row, found in zip(ids, encoded, strict=True):
            whole = [CLIP_VOCABULARY - 2, *found.ids[: self.context - 2], CLIP_VOCABULARY - 1]
            row[: len(whole)] = torch.tensor(whole)
        return ids


class BertTokenizer:
    """BERT's, without case: word pieces between [CLS] and [SEP]; id 0, [PAD], fills up.

    file: `vocab.txt`, a piece a line. Raises RequestError if it is no such file.
    """

    def __init__(self, file: Path, context: int = CONTEXT) -> None:
        from tokenizers.implementations.bert_wordpiece import BertWordPieceTokenizer

        pieces = _lines(file)
        if missing := {"[PAD]", "[UNK]", "[CLS]", "[SEP]"} - set(pieces):
            raise RequestError(
                f"{file} lacks {', '.join(sorted(missing))}: it must be the vocab.txt of a BERT"
            )
        self.vocabulary, self.context = len(pieces), context
        numbered = {piece: number for number, piece in enumerate(pieces)}
        self._pieces = BertWordPieceTokenizer(numbered, lowercase=True)
        self._pieces.enable_truncation(context)
        self._pieces.enable_padding(length=context, pad_id=numbered["[PAD]"])

    def __call__(self, captions: Sequence[str]) -> Tensor:
        """(B, context) int64."""
        return torch.tensor([e.ids for e in self._pieces.encode_batch(list(captions))])


@functools.cache
def byte_pairs() -> Tokenizer:
    """CLIP's merges as a tokenizer, without start and end."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers

    packed = resources.files("sakuga.models").joinpath("clip_merges.txt.gz").read_bytes()
    lines = gzip.decompress(packed).decode().splitlines()
    merges = [(first, second) for first, _, second in (line.partition(" ") for line in lines)]
    letters = list(_byte_letters())
    words = [*letters, *(f"{letter}</w>" for letter in letters), *(a + b for a, b in merges)]
    numbered = {word: number for number, word in enumerate([*words, START, END])}
    pairs = Tokenizer(models.BPE(numbered, merges, end_of_word_suffix="</w>"))
    pairs.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_WORDS), "removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    return pairs


def _as_clip_reads(caption: str) -> str:
    """Mended Unicode (curly quotes, full-width letters, broken encodings), no entities, lower."""
    import ftfy

    mended = html.unescape(html.unescape(ftfy.fix_text(caption)))
    return " ".join(mended.split()).lower()


def _byte_letters() -> Sequence[str]:
    """The 256 letters that stand for bytes, in CLIP's order: printable ones first."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1)]
    printable += range(ord("®"), ord("ÿ") + 1)
    others = 256 - len(printable)
    return [chr(byte) for byte in printable] + [chr(256 + n) for n in range(others)]


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(f"{file}: no vocabulary of BERT can be read from it: {error}") from error
