"""Learning on a CPU: small nets from nothing on studio shots, held-out shots, R@1 of 256 (§4.1).

    python -m benchmarks.learning viclip tiny 5000 20 RUNS

The gallery: 256 held-out shots, their 8 drawings and true sentences; a tie counts as lost.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from benchmarks.shots import drawn
from sakuga.models.contrastive import DualEncoder
from sakuga.models.tokenizer import cleaned
from sakuga.models.weights import load
from sakuga.train.contrastive import train
from sakuga.train.nets import net_of, side_of, tokenizer_of
from sakuga.train.packed import Pack
from sakuga.train.recipe import Recipe, read_recipe
from sakuga.train.transforms import normalised, resized

HELD_OUT = range(1_000_000, 1_000_420)
GALLERY = 256


def learned(recipe: Recipe, run: Path) -> DualEncoder:
    """The net of a run."""
    net = net_of(recipe.net, 0).eval()
    load(net, run / "model.safetensors")
    return net


def recalls(net: DualEncoder, recipe: Recipe, pack: Pack) -> tuple[float, float]:
    """R@1 at gallery 256, captions to clips and clips to captions: the mean over galleries."""
    video, text = embedded(net, recipe, pack)
    rng = np.random.default_rng(0)
    found = []
    for _ in range(5):
        chosen = rng.permutation(len(pack))[:GALLERY]
        scores = text[chosen] @ video[chosen].T
        found.append((_first(scores), _first(scores.T)))
    to_video, to_text = np.mean(found, 0)
    return float(to_video), float(to_text)


@torch.no_grad()
def embedded(net: DualEncoder, recipe: Recipe, pack: Pack) -> tuple[np.ndarray, np.ndarray]:
    """Vectors of clips and of captions, unmasked."""
    tokenizer, videos, texts = tokenizer_of(recipe.net), [], []
    for begin in range(0, len(pack), 16):
        clips = range(begin, min(begin + 16, len(pack)))
        shown = [torch.from_numpy(np.array(pack.frames(c)[:8])).permute(0, 3, 1, 2) for c in clips]
        frames = torch.stack([resized(each, side_of(recipe.net)) for each in shown])
        videos.append(net.embed_video(normalised(frames)))
        texts.append(net.embed_text(tokenizer([cleaned(pack.captions[c]) for c in clips])))
    return torch.cat(videos).numpy(), torch.cat(texts).numpy()


def _first(scores: np.ndarray) -> float:
    right = np.diagonal(scores)[:, None]
    return float(((scores >= right).sum(1) == 1).mean())


def main(arguments: Sequence[str]) -> None:
    family, size, seeds, epochs, folder, *overrides = arguments
    at = Path(folder)
    pack = drawn(at / f"train-{seeds}", range(int(seeds)))
    held = drawn(at / "test", HELD_OUT)
    settings = [f"net.family={family}", f"net.size={size}", f"schedule.epochs={epochs}"]
    recipe = read_recipe("cpu", [*settings, *overrides])
    run = at / f"{family}-{seeds}-{epochs}"
    made = train(recipe, pack, run, resume=True)
    to_video, to_text = recalls(learned(recipe, run), recipe, held)
    print(
        f"{family} {size}: {len(pack)} shots, {made.steps} steps, loss {made.loss:.3f}, "
        f"{made.seconds:.0f} s; held out {len(held)}, R@1 of {GALLERY}: "
        f"captions to clips {to_video:.1%}, clips to captions {to_text:.1%}"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
