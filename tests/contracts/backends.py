"""How each backend is made testable here: the one place to add a line when a backend is added.

A maker is given some ground and gives a recipe that can be loaded: it puts tiny random weights,
under the names of the real ones, into the hub cache, or starts the server that answers. A backend
that needs neither is taken as it is.
"""

from __future__ import annotations

import hashlib
import importlib
import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sakuga.build.pipeline import ROOMS
from sakuga.core.needs import needs_of
from sakuga.testing import (
    check_aesthetic_judge,
    check_captioner,
    check_encoder,
    check_tagger,
    check_text_finder,
    check_writer,
)
from tests.servers import Asked, Reply, said, serving
from tests.tiny.comic import comic
from tests.tiny.hub import hub_cache
from tests.tiny.judges import anime_files, cafe_files
from tests.tiny.speakers import write_blip2, write_chat, write_qwen_vl
from tests.tiny.towers import (
    SIDE,
    write_clip,
    write_run,
    write_siglip2,
    write_viclip,
    write_videomamba,
    write_vocabulary,
)
from tests.tiny.wd import OLD, tagger_files


@dataclass(frozen=True)
class Ground:
    """cache: a hub cache, the only one that is seen. until: what is entered here ends with it."""

    cache: Path
    until: ExitStack

    def weights(self, recipe: Any, files: dict[str, bytes] | Path) -> Any:
        """The recipe, after these, or those of a folder, were put where it looks for weights."""
        [wanted] = recipe.needs.weights
        hub_cache(self.cache, wanted.repo, wanted.revision, files)
        return recipe

    def folder(self, name: str) -> Path:
        """An empty one, outside the cache."""
        folder = self.cache.parent / f"{self.cache.name}-{name}"
        folder.mkdir()
        return folder

    def server(self) -> str:
        """The address of a server that answers every question in its own words."""
        return self.until.enter_context(serving(answer)).url


def backend(room: str, name: str, ground: Ground) -> Any:
    """One of our backends, ready to be loaded."""
    if maker := MAKERS.get((room, name)):
        return maker(ground)
    module, _, kind = ROOMS[room].backends[name].partition(":")
    recipe = getattr(importlib.import_module(module), kind)()
    assert not needs_of(recipe).weights, f"[{room}] {name} needs weights: say here which are tiny"
    return recipe


def wd14(ground: Ground) -> Any:
    from sakuga.build.tag.wd14 import Wd14

    return ground.weights(Wd14(), tagger_files(names=OLD, batch=1))


def wd_eva02(ground: Ground) -> Any:
    from sakuga.build.tag.wd14 import WdEva02

    return ground.weights(WdEva02(), tagger_files())


def cafe(ground: Ground) -> Any:
    from sakuga.build.aesthetic.cafe import Cafe

    return ground.weights(Cafe(), cafe_files())


def anime(ground: Ground) -> Any:
    from sakuga.build.aesthetic.anime import Anime

    return ground.weights(Anime(), anime_files())


def comic_text(ground: Ground) -> Any:
    from sakuga.build.text.comic import MODEL, Comic

    blocks = np.array([[20, 12, 16, 8, 0.9, 1, 0], [40, 20, 9, 9, 0.7, 0, 1]], np.float32)
    return ground.weights(Comic(), {MODEL: comic(blocks)})


def blip2(ground: Ground) -> Any:
    from sakuga.build.caption.blip2 import Blip2

    return ground.weights(Blip2(beams=2, longest=8), write_blip2(ground.folder("blip2")))


def vlm_local(ground: Ground) -> Any:
    from sakuga.build.caption.vlm_local import VlmLocal

    recipe = VlmLocal(most_images=3, side=64, longest=8)
    return ground.weights(recipe, write_qwen_vl(ground.folder("qwen_vl")))


def local(ground: Ground) -> Any:
    from sakuga.build.describe.local import Local

    return ground.weights(Local(longest=20), write_chat(ground.folder("chat")))


def vlm(ground: Ground) -> Any:
    from sakuga.build.caption.vlm import Vlm

    return Vlm(model="m", base_url=ground.server())


def openai(ground: Ground) -> Any:
    from sakuga.build.describe.openai import OpenAi

    return OpenAi(model="m", base_url=ground.server())


def rapidocr(_: Ground) -> Any:
    from sakuga.build.text.rapidocr import RapidOcr

    return RapidOcr(longest=96)  # sooner done


def clip(ground: Ground) -> Any:
    from sakuga.build.embed.clip import Clip

    return ground.weights(Clip(batch=3), write_clip(ground.folder("clip")))


def siglip2(ground: Ground) -> Any:
    from sakuga.build.embed.siglip2 import Siglip2

    return ground.weights(Siglip2(batch=3), write_siglip2(ground.folder("siglip2")))


def viclip(ground: Ground) -> Any:
    """Out of the hub's cache, under the name of a public checkpoint."""
    from sakuga.build.embed.viclip import ViClip

    recipe = ViClip("viclip-b16", "tiny", image=SIDE, batch=2)
    [name] = recipe.needs.weights[0].files
    folder = ground.folder("viclip")
    file = write_viclip(folder / "net.pth")
    if name.endswith(".safetensors"):
        from safetensors.torch import save_file

        from sakuga.models.weights import read

        save_file({k: v.contiguous() for k, v in read(file).items()}, folder / name)
        file.unlink()
    return ground.weights(recipe, folder)


def videomamba(ground: Ground) -> Any:
    """A file of one's own."""
    from sakuga.build.embed.videomamba import VideoMamba

    folder = ground.folder("videomamba")
    pieces = write_vocabulary(folder / "vocab.txt")
    file = write_videomamba(folder / "net.pth", pieces)
    return VideoMamba(str(file), str(folder / "vocab.txt"), "nano", image=SIDE, out=16, batch=2)


def trained(ground: Ground) -> Any:
    """What a training leaves in its folder."""
    from sakuga.build.embed.trained import Trained

    return Trained(str(write_run(ground.folder("run"))), batch=2)


def answer(asked: Asked) -> Reply:
    """Words that are a function of the question."""
    question = json.dumps(asked.body["messages"], sort_keys=True)
    return Reply(said(f"a shot of {hashlib.sha256(question.encode()).hexdigest()[:8]}"))


MAKERS: dict[tuple[str, str], Callable[[Ground], Any]] = {
    ("tag", "wd14"): wd14,
    ("tag", "wd-eva02"): wd_eva02,
    ("aesthetic", "cafe"): cafe,
    ("aesthetic", "anime"): anime,
    ("text", "rapidocr"): rapidocr,
    ("text", "comic"): comic_text,
    ("caption", "blip2"): blip2,
    ("caption", "vlm"): vlm,
    ("caption", "vlm-local"): vlm_local,
    ("describe", "openai"): openai,
    ("describe", "local"): local,
    ("embed", "clip"): clip,
    ("embed", "siglip2"): siglip2,
    ("embed", "viclip"): viclip,
    ("embed", "videomamba"): videomamba,
    ("embed", "trained"): trained,
}
CHECKS: dict[str, Callable[[Any], None]] = {  # room -> the contract of its backends
    "tag": check_tagger,
    "caption": check_captioner,
    "describe": check_writer,
    "aesthetic": check_aesthetic_judge,
    "text": check_text_finder,
    "embed": check_encoder,
}
