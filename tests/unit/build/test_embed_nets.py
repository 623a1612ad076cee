"""Our nets as encoders: what they are shown, and checkpoints that are averaged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from sakuga.build.embed import Shown, Vectors
from sakuga.build.embed.viclip import ViClip
from sakuga.build.embed.videomamba import VideoMamba
from sakuga.core.errors import RequestError
from sakuga.models.contrastive import viclip_encoder
from sakuga.models.weights import averaged, load

SIDE = 32


def net(file: Path, seed: int) -> str:
    torch.manual_seed(seed)
    made = viclip_encoder("tiny", image=SIDE)
    torch.nn.init.normal_(made.vision_encoder.temporal_positional_embedding)
    torch.save({"model": made.state_dict()}, file)
    return str(file)


def clip() -> Shown:
    pictures = np.random.default_rng(0).integers(0, 256, (8, SIDE, SIDE, 3), np.uint8)
    return Shown(np.arange(8, dtype=np.int32), list(pictures), "A girl, running!")


def test_a_clip_is_what_the_net_itself_makes_of_normalised_rgb(tmp_path: Path) -> None:
    recipe = ViClip(net(tmp_path / "a.pth", 0), "tiny", image=SIDE)
    [made] = recipe.load()([clip()])
    assert isinstance(made, Vectors)
    rgb = np.stack(clip().pictures)[..., ::-1] / 255
    rgb = (rgb - (0.485, 0.456, 0.406)) / (0.229, 0.224, 0.225)
    video = torch.tensor(rgb, dtype=torch.float32).permute(0, 3, 1, 2)[None]
    same = viclip_encoder("tiny", image=SIDE).eval()
    load(same, tmp_path / "a.pth")
    with torch.no_grad():
        assert np.allclose(made.clip, same.embed_video(video)[0].numpy(), atol=1e-5)


def test_captions_are_cleaned_as_the_net_was_trained_unless_told_not_to(tmp_path: Path) -> None:
    recipe = ViClip(net(tmp_path / "a.pth", 0), "tiny", image=SIDE)
    texts = ["A girl, running!", "a girl running"]
    pair = [replace(clip(), text=text) for text in texts]
    one, other = (made.text for made in recipe.load()(pair))
    assert np.allclose(one, other, atol=1e-6)
    one, other = (made.text for made in replace(recipe, clean=False).load()(pair))
    assert not np.allclose(one, other, atol=1e-3)


def test_a_blend_is_the_mean_of_all_tensors_but_the_temporal_one(tmp_path: Path) -> None:
    ours, theirs = net(tmp_path / "a.pth", 0), net(tmp_path / "b.pth", 1)
    one, other = (torch.load(file, weights_only=True)["model"] for file in (ours, theirs))
    mean = averaged(one, other, 0.25)
    for key, value in mean.items():
        kept = key.endswith("temporal_positional_embedding")
        assert torch.allclose(value, one[key] if kept else 0.25 * one[key] + 0.75 * other[key])
    assert any(key.endswith("temporal_positional_embedding") for key in mean)
    torch.save(mean, tmp_path / "mean.pth")
    blended = ViClip(ours, "tiny", image=SIDE, blend=theirs, share=0.25)
    whole = ViClip(str(tmp_path / "mean.pth"), "tiny", image=SIDE)
    [made], [same] = blended.load()([clip()]), whole.load()([clip()])
    assert np.allclose(made.clip, same.clip, atol=1e-5)
    assert np.allclose(made.text, same.text, atol=1e-5)


def test_nets_of_other_tensors_are_not_averaged() -> None:
    with pytest.raises(ValueError, match="other tensors"):
        averaged({"a": torch.zeros(2)}, {"a": torch.zeros(3)})


def test_a_size_has_its_own_side() -> None:
    assert [ViClip(size=size).side for size in ("l14", "b16", "tiny")] == [224, 224, 64]
    assert [VideoMamba(size=size).side for size in ("middle", "tiny", "nano")] == [224, 224, 64]
    assert VideoMamba(image=96).side == 96


def test_what_is_fetched_is_what_is_named() -> None:
    assert len(ViClip().needs.weights) == 1
    assert ViClip("/a/file").needs.weights == ()
    assert len(ViClip("/a/file", blend="viclip-l14").needs.weights) == 1
    assert len(VideoMamba().needs.weights) == 2
    assert len(VideoMamba("/a/file", tokens="clip").needs.weights) == 0


def test_a_checkpoint_cut_short_is_said_in_a_line(tmp_path: Path) -> None:
    file = Path(net(tmp_path / "a.pth", 0))
    file.write_bytes(file.read_bytes()[:-1000])
    with pytest.raises(RequestError, match=r"a\.pth"):
        ViClip(str(file), "tiny", image=SIDE).load()
    with pytest.raises(RequestError, match=r"no such file; name one, or one of viclip-200m"):
        ViClip("/nowhere").check()
