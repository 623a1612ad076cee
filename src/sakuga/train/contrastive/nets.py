"""The net and the tokeniser of a recipe (§4.1: from the public checkpoints)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from sakuga.core.errors import RequestError
from sakuga.core.weights import fetch
from sakuga.models import viclip, videomamba
from sakuga.models.contrastive import ENCODERS, DualEncoder
from sakuga.models.public import BERT_VOCABULARY, CHECKPOINTS
from sakuga.models.tokenizer import CLIP_VOCABULARY, BertTokenizer, ClipTokenizer
from sakuga.models.weights import load
from sakuga.train.contrastive.examples import Tokenizer
from sakuga.train.contrastive.recipe import Net

SIDE = 224  # of the public sizes
SIZES = {"viclip": viclip.VISION, "videomamba": videomamba.VISION}


def net_of(recipe: Net, seed: int) -> DualEncoder:
    """The net with its first weights, the same for the same seed. Raises RequestError."""
    changes: dict[str, Any] = {"drop_path": recipe.drop_path, "checkpoints": recipe.checkpoints}
    if recipe.image is not None:
        changes["image"] = recipe.image
    if recipe.tokens == "clip":
        changes["vocabulary"] = CLIP_VOCABULARY
    elif recipe.family == "viclip":
        raise RequestError("net.tokens = 'bert': ViCLIP reads CLIP's; set net.tokens = \"clip\"")
    with torch.random.fork_rng([]):
        torch.manual_seed(seed)
        try:
            net = ENCODERS[recipe.family](recipe.size, **changes)
        except ValueError as error:
            raise RequestError(f"net.{error}") from error
    if recipe.start:
        load(net, _file(recipe.start))
    if recipe.temperature is not None:
        net.temp.data.fill_(recipe.temperature)
    return net


def tokenizer_of(recipe: Net) -> Tokenizer:
    """What reads its captions."""
    if recipe.tokens == "clip":
        return ClipTokenizer()
    folder = fetch(BERT_VOCABULARY, wanted_by="net.tokens")
    return BertTokenizer(folder / BERT_VOCABULARY.files[0])


def side_of(recipe: Net) -> int:
    """Of a frame, in pixels."""
    sizes = SIZES[recipe.family]
    if recipe.size not in sizes:
        raise RequestError(f"net.size = {recipe.size!r}: must be one of {', '.join(sizes)}")
    return recipe.image or sizes[recipe.size].get("image", SIDE)


def patches_of(net: DualEncoder) -> int:
    """Of a frame."""
    patches: Any = net.vision_encoder.patches
    return int(patches)


def _file(start: str) -> Path:
    """A checkpoint by its public name, or its file."""
    if start not in CHECKPOINTS:
        if not Path(start).exists():
            names = ", ".join(CHECKPOINTS)
            raise RequestError(f"net.start = {start!r}: no such file; or one of {names}")
        return Path(start)
    return fetch(CHECKPOINTS[start], wanted_by="net.start") / CHECKPOINTS[start].files[0]
