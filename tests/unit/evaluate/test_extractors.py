"""The nets: files of the real formats, loaded by the real libraries; what they can't is said."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sakuga.core.errors import RequestError
from sakuga.evaluate.extractors import NETS, Extractor, Seen, extractors, reader, ready
from sakuga.evaluate.extractors.clip import Clip
from sakuga.evaluate.extractors.encoder import Encoder
from sakuga.evaluate.extractors.i3d import I3d
from sakuga.evaluate.extractors.inception import Inception
from sakuga.evaluate.extractors.random import Random
from sakuga.evaluate.extractors.videomae import VideoMae
from tests.builds import once
from tests.packs import quick
from tests.tiny import extractors as tiny
from tests.tiny.towers import write_clip

pytest.importorskip("torch")


def clip(frames: int = 16, seed: int = 0, size: tuple[int, int] = (20, 30)) -> np.ndarray:
    """(T, H, W, 3) of noise."""
    return np.random.default_rng(seed).integers(0, 256, (frames, *size, 3), np.uint8)


@pytest.fixture(scope="session")
def nets(shared: Path) -> Path:
    """Their files."""

    def make(folder: Path) -> None:
        tiny.write_i3d(folder / "i3d_torchscript.pt")
        tiny.write_plain(folder / "plain.pt")
        tiny.write_videomae(folder / "videomae")
        write_clip(folder / "clip")
        _write_run(folder / "run")

    return once(shared / "extractors", make)


def _write_run(folder: Path) -> None:
    """As `train contrastive` leaves one."""
    from safetensors.torch import save_file

    from sakuga.train.contrastive.nets import net_of
    from sakuga.train.recipe import as_plain

    recipe = quick()
    folder.mkdir()
    save_file(net_of(recipe.net, 3).state_dict(), folder / "model.safetensors")
    page = {"recipe": as_plain(recipe), "steps": 6}
    (folder / "run.json").write_text(json.dumps(page), encoding="utf-8")


def recipes(nets: Path) -> dict[str, tuple[Any, int, int]]:
    """Each with the number of frames it is shown, and the width of its vectors."""
    return {
        "random": (Random(width=12), 5, 12),
        "moving": (Random(width=12, motion=True), 5, 12),
        "i3d": (I3d(str(nets / "i3d_torchscript.pt")), 9, 8),
        "plain": (I3d(str(nets / "plain.pt")), 9, 6),
        "videomae": (VideoMae(str(nets / "videomae")), 16, 16),
        "clip": (Clip(str(nets / "clip")), 5, 8),
        "encoder": (Encoder(str(nets / "run")), 8, 128),
    }


KINDS = ("random", "moving", "i3d", "plain", "videomae", "clip", "encoder")


@pytest.mark.parametrize("kind", KINDS)
def test_every_net_gives_each_clip_its_features_in_order(kind: str, nets: Path) -> None:
    recipe, frames, width = recipes(nets)[kind]
    clips = [clip(frames, n) for n in range(3)]
    worker = dataclasses.replace(recipe).load()
    found = worker(clips)
    rows = frames if recipe.sees == "frames" else 1
    assert len({each.vectors.shape for each in found}) == 1
    assert found[0].vectors.shape == (rows, width) and found[0].vectors.dtype == np.float32
    backwards = worker(clips[::-1])
    for one, other in zip(found, backwards[::-1], strict=True):
        np.testing.assert_allclose(one.vectors, other.vectors, rtol=1e-4, atol=1e-5)
    if kind != "plain":
        assert np.abs(found[0].vectors - found[1].vectors).max() > 1e-4


@pytest.mark.parametrize("kind", KINDS)
def test_every_net_keeps_the_protocol(kind: str, nets: Path) -> None:
    recipe, frames, _ = recipes(nets)[kind]
    assert isinstance(recipe, Extractor)
    recipe.check(frames)
    assert recipe.called and hash(recipe) == hash(dataclasses.replace(recipe))


def test_inception_is_torch_fidelitys_own(shared: Path) -> None:
    pytest.importorskip("PIL")
    import importlib.util

    if importlib.util.find_spec("torch_fidelity") is None:
        pytest.skip("could not import 'torch_fidelity': pip install --no-deps torch-fidelity")

    def make(folder: Path) -> None:
        tiny.write_inception(folder / "weights.pth")

    file = once(shared / "inception", make) / "weights.pth"
    plain = Inception(str(file), resize="plain").load()([clip(1), clip(1, 1)])
    [smooth] = Inception(str(file)).load()([clip(1)])
    assert plain[0].vectors.shape == (1, 2048)
    assert plain[0].logits is not None and plain[0].logits.shape == (1, 1008)
    assert np.abs(plain[0].vectors - smooth.vectors).max() > 1e-4
    assert Inception(resize="plain").called != Inception().called
    other = file.with_name("other.pth")
    if not other.exists():
        import torch

        torch.save({"fc.weight": torch.zeros(2, 2)}, other)
    with pytest.raises(RequestError, match="holds another model"):
        Inception(str(other)).load()


def test_videomae_is_read_whole_from_the_names_it_was_published_with(nets: Path) -> None:
    """The encoder of the model for pretraining, biases and all; its features the mean of tokens."""
    import torch

    frames = np.full((16, tiny.SIDE, tiny.SIDE, 3), 90, np.uint8)
    frames[::2, :16] = 200
    [ours] = VideoMae(str(nets / "videomae")).load()([frames])
    mean, deviation = (torch.tensor(x) for x in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    shown = (torch.from_numpy(frames).float() / 255 - mean) / deviation
    theirs = tiny.videomae().videomae(shown.permute(0, 3, 1, 2)[None]).last_hidden_state.mean(1)
    np.testing.assert_allclose(ours.vectors, theirs.numpy(), rtol=1e-4, atol=1e-5)


def test_i3d_is_called_as_its_file_wants(nets: Path) -> None:
    """With flags it is given 0 to 255 as it is; without, -1 to 1 at its side."""
    [plain] = I3d(str(nets / "plain.pt"), side=24).load()([clip(9)])
    low, high, *shape = plain.vectors[0]
    assert -1 <= low < -0.8 and 0.8 < high <= 1
    assert shape == [3, 9, 24, 24]
    import torch

    video = torch.from_numpy(clip(9))[None].permute(0, 4, 1, 2, 3).float()
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        net = torch.jit.load(str(nets / "i3d_torchscript.pt"))
    [flagged] = I3d(str(nets / "i3d_torchscript.pt")).load()([clip(9)])
    theirs = net(video, rescale=True, resize=True, return_features=True)
    np.testing.assert_allclose(flagged.vectors, theirs.detach().numpy(), rtol=1e-5)


def test_i3d_refuses_eight_keyframes_with_what_works(nets: Path) -> None:
    with pytest.raises(RequestError, match=r"8 frames.*clips\.expand=repeat.*clips\.expand=timing"):
        I3d(str(nets / "i3d_torchscript.pt")).check(8)


def test_what_a_module_cant_do_is_said_in_a_line(nets: Path) -> None:
    with pytest.raises(RequestError, match="can't do with clips of shape") as told:
        I3d(str(nets / "i3d_torchscript.pt"), fewest=1).load()([clip(4)])
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("recipe", "frames", "said"),
    [
        (I3d(), 16, "name its TorchScript file"),
        (I3d("gone.pt"), 16, r"gone\.pt is not there"),
        (VideoMae(), 8, r"16 frames, not 8: set clips\.frames=16"),
        (Random(motion=True), 1, "no motion"),
        (Encoder("gone"), 8, "gone is no finished"),
        (Encoder(), 8, "no run is no finished"),
        (Inception("gone.pth"), 8, r"gone\.pth is not there: fetch https|pip install"),
    ],
)
def test_what_is_missing_is_said_before_any_work(recipe: Any, frames: int, said: str) -> None:
    with pytest.raises(RequestError, match=said) as told:
        recipe.check(frames)
    assert "\n" not in str(told.value)


def test_another_file_is_no_net(nets: Path, tmp_path: Path) -> None:
    (tmp_path / "text.pt").write_text("no module", encoding="utf-8")
    with pytest.raises(RequestError, match="is no TorchScript module"):
        I3d(str(tmp_path / "text.pt")).load()
    with pytest.raises(RequestError, match="VideoMAEModel"):
        VideoMae(str(nets / "clip"), weights="pytorch_model.bin").load()
    with pytest.raises(RequestError, match="takes 16 frames: set frames = 16"):
        VideoMae(str(nets / "videomae"), frames=8).load()
    with pytest.raises(RequestError, match="CLIPModel"):
        Clip(str(nets / "videomae")).load()


def test_an_encoder_wants_the_frames_it_was_trained_on(nets: Path) -> None:
    with pytest.raises(RequestError, match=r"trained on 8 frames, not 16"):
        Encoder(str(nets / "run")).check(16)


def test_an_encoders_features_are_the_nets_own(nets: Path) -> None:
    """Against the trainer's own way from frames to vectors."""
    import torch

    from sakuga.train.contrastive.nets import net_of
    from sakuga.train.contrastive.transforms import normalised, resized

    recipe = quick()
    shown = resized(torch.from_numpy(clip(8)).permute(0, 3, 1, 2), 16)
    theirs = net_of(recipe.net, 3).eval().embed_video(normalised(shown)[None]).detach().numpy()
    [ours] = Encoder(str(nets / "run")).load()([clip(8)])
    assert float((ours.vectors @ theirs.T).item()) > 0.999  # of length 1; theirs rounds to 8 bits


def test_clip_reads_captions_into_the_space_of_frames(nets: Path) -> None:
    worker = Clip(str(nets / "clip")).load()
    reads = reader(worker)
    assert reads is not None and reader(Random().load()) is None
    texts = reads.read(["a fox", "two hens " * 90])
    assert texts.shape == (2, 8)
    np.testing.assert_allclose(np.linalg.norm(texts, axis=1), 1, rtol=1e-5)


def test_nets_are_named_or_addressed_and_none_is_none() -> None:
    made = extractors(
        {"fid": {"use": f"{__name__}:Mine", "width": 3}, "fvd": {"use": "none"}},
        {"fid": "inception", "fvd": "i3d", "space": "random"},
    )
    assert set(made) == {"fid", "space"}
    assert isinstance(made["fid"], Mine) and made["fid"].width == 3
    assert made["space"] == Random()


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ({"use": "inceptoin"}, "did you mean 'inception'"),
        ({"use": "random", "with": 3}, "did you mean 'width'"),
        ({"use": "random", "width": 1}, r"\[fid\] width = 1"),
        ({"use": "sakuga.evaluate.clips:Clips"}, "makes no features"),
    ],
)
def test_a_wrong_net_or_field_is_refused(section: dict[str, Any], said: str) -> None:
    with pytest.raises(RequestError, match=said):
        extractors({"fid": section}, {"fid": "random"})


def test_all_names_lead_to_a_recipe() -> None:
    for name in NETS:
        assert extractors({"fid": {"use": name}}, {"fid": name})


def test_what_is_not_installed_is_said_for_its_section(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sakuga.core.needs._installed", lambda name: name != "torch")
    with pytest.raises(RequestError, match=r"\[fvd\] I3d needs torch: pip install 'sakuga\[metric"):
        ready({"fvd": I3d("a.pt")}, {"frames": 16, "clips": 16})


@dataclasses.dataclass(frozen=True, slots=True)
class Mine:
    """Somebody's own: the mean colour."""

    width: int = 3
    called = "mean colour"
    sees = "frames"

    @property
    def needs(self) -> Any:
        from sakuga.core.needs import NOTHING

        return NOTHING

    def check(self, frames: int) -> None: ...

    def load(self) -> Any:
        return lambda clips: [Seen(c.mean((1, 2)).astype(np.float32)) for c in clips]
