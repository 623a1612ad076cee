"""Examples and batches of them: frames, captions, masks (§4.1).

An example depends on the seed, the step and the clip, never on the worker or rank that makes it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from sakuga.dataset.pick import pick
from sakuga.models import masks
from sakuga.models.tokenizer import cleaned
from sakuga.train.contrastive.recipe import Clips
from sakuga.train.contrastive.transforms import augmented
from sakuga.train.loading import batches
from sakuga.train.order import Key, random_of
from sakuga.train.packed import Pack

Tokenizer = Callable[[Sequence[str]], Tensor]
MASKS = {
    "anywhere": masks.anywhere, "every_frame": masks.every_frame,
    "tube": masks.tube, "rows": masks.rows,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Batch:
    """A rank's examples of one step.

    frames: (B, T, 3, H, W) uint8. tokens: (B, L). dropped: (B, T, N), or None where all is seen.
    same: (B,) equal for equal captions.
    """

    keys: list[Key]
    frames: Tensor
    tokens: Tensor
    dropped: Tensor | None
    same: Tensor

    def __len__(self) -> int:
        return len(self.keys)

    def parts(self, length: int) -> Iterator[Batch]:
        """In pieces of at most so many examples; 0: one piece."""
        length = length or len(self)
        for begin in range(0, len(self), length):
            part = slice(begin, begin + length)
            dropped = None if self.dropped is None else self.dropped[part]
            yield Batch(
                self.keys[part], self.frames[part], self.tokens[part], dropped, self.same[part]
            )


@dataclass(frozen=True, slots=True)
class Example:
    """One clip with its caption."""

    key: Key
    frames: Tensor
    caption: str
    dropped: Tensor | None


@dataclass(frozen=True)
class Examples(Dataset[Example]):
    """Examples by their keys. patches: of a frame. masked: steps that drop patches."""

    pack: Pack
    clips: Clips
    size: int
    patches: int
    masked: int
    seed: int

    def __getitem__(self, key: Key) -> Example:
        random = random_of(key, self.seed)
        there = self.pack.keyframes(key.clip)
        lot = int(random.integers(2**32))
        chosen = pick(there, self.clips.frames, "random", "refuse", lot, self.pack.ids[key.clip])
        shown = torch.from_numpy(self.pack.frames(key.clip)[chosen]).permute(0, 3, 1, 2)
        frames = augmented(shown, self.size, random, self.clips.flip)
        draw = torch.Generator().manual_seed(int(random.integers(2**62)))
        return Example(key, frames, self.pack.captions[key.clip], self._dropped(key.step, draw))

    def _dropped(self, step: int, draw: torch.Generator) -> Tensor | None:
        if step >= self.masked or not self.clips.mask:
            return None
        mask = MASKS[self.clips.how]
        return mask(1, self.clips.frames, self.patches, self.clips.mask, draw)[0]


@dataclass(frozen=True)
class Collate:
    """Examples to a batch; captions are cleaned as both public nets were trained on them."""

    tokenizer: Tokenizer

    def __call__(self, examples: list[Example]) -> Batch:
        captions = [cleaned(each.caption) for each in examples]
        drops = [each.dropped for each in examples if each.dropped is not None]
        return Batch(
            [each.key for each in examples],
            torch.stack([each.frames for each in examples]),
            self.tokenizer(captions),
            torch.stack(drops) if drops else None,
            torch.tensor([_number(caption) for caption in captions]),
        )


def loader(
    examples: Examples, keys: Sequence[list[Key]], tokenizer: Tokenizer
) -> DataLoader[Batch]:
    """Batches in the order of their keys, made ahead by `clips.workers` processes."""
    return batches(examples, keys, Collate(tokenizer), examples.clips.workers)


def _number(caption: str) -> int:
    """The same for the same caption, on any rank."""
    return int.from_bytes(hashlib.sha256(caption.encode()).digest()[:7])
