"""Nets of FID and FVD with tiny or random weights, as they are published: real files, real loaders.

write_inception(file)     torch-fidelity's net, whole, random: its state dict
write_i3d(file)           TorchScript, called as i3d_torchscript.pt is
write_plain(file)         TorchScript of (B, 3, T, H, W) alone
write_videomae(folder)    VideoMAE as it was published: with its decoder, biases by their old names
"""

from __future__ import annotations

import io
import json
import warnings
from pathlib import Path
from typing import Any

SIDE = 32
VIDEOMAE = {
    "image_size": SIDE, "patch_size": 16, "num_frames": 16, "tubelet_size": 2, "hidden_size": 16,
    "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32,
    "decoder_hidden_size": 16, "decoder_num_hidden_layers": 1, "decoder_num_attention_heads": 2,
    "decoder_intermediate_size": 16,
}  # fmt: skip


def write_inception(file: Path) -> Path:
    """Of the true size; what it says is noise."""
    import torch

    from sakuga.evaluate.extractors import inception

    class Fresh(inception._class()):  # type: ignore[misc]
        """As drawn: it loads nothing."""

        def load_state_dict(self, *_: Any, **__: Any) -> None: ...

    held = io.BytesIO()
    torch.save({}, held)
    held.seek(0)
    torch.manual_seed(0)
    net = Fresh("inception-v3-compat", ["2048"], held)
    for parameter in net.parameters():
        if parameter.dim() == 4:
            parameter.mul_(6**0.5)  # so that it does not fade from layer to layer
    torch.save(net.state_dict(), file)
    return file


def write_i3d(file: Path, width: int = 8, fewest: int = 9) -> Path:
    """It refuses fewer frames, as the true one does, by what its layers can't do."""
    import torch
    from torch import Tensor

    class Tiny(torch.nn.Module):
        def __init__(self, width: int, fewest: int) -> None:
            super().__init__()
            self.conv = torch.nn.Conv3d(3, width, (fewest, 4, 4), (1, 4, 4))

        def forward(
            self, x: Tensor, rescale: bool = False, resize: bool = False,
            return_features: bool = False,
        ) -> Tensor:  # fmt: skip
            if rescale:
                x = x / 127.5 - 1
            if resize:
                x = torch.nn.functional.interpolate(x, [x.size(2), 16, 16])
            found = self.conv(x).relu().mean(dim=[2, 3, 4])
            return found if return_features else found.softmax(1)

    torch.manual_seed(0)
    return _scripted(Tiny(width, fewest), file)


def write_plain(file: Path) -> Path:
    """It says what it was given: the least and the greatest number, and the shape."""
    import torch
    from torch import Tensor

    class Plain(torch.nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            low, high = x.amin(dim=[1, 2, 3, 4]), x.amax(dim=[1, 2, 3, 4])
            shape = torch.tensor([x.size(1), x.size(2), x.size(3), x.size(4)])
            told = shape.float().expand(x.size(0), 4)
            return torch.cat([low[:, None], high[:, None], told], dim=1)

    return _scripted(Plain(), file)


def write_videomae(folder: Path) -> Path:
    """Safetensors, config and preprocessor, as MCG-NJU/videomae-base."""
    from safetensors.torch import save_file

    model = videomae()
    folder.mkdir()
    model.config.architectures = [type(model).__name__]
    model.config.save_pretrained(folder)
    old = {".query.bias": ".q_bias", ".value.bias": ".v_bias"}
    tensors = dict(model.state_dict())
    for new, name in old.items():
        tensors = {key.replace(new, name): tensor for key, tensor in tensors.items()}
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    told = {
        "crop_size": {"height": SIDE, "width": SIDE}, "do_center_crop": True, "do_normalize": True,
        "do_rescale": True, "do_resize": True, "image_mean": [0.485, 0.456, 0.406],
        "image_processor_type": "VideoMAEImageProcessor", "image_std": [0.229, 0.224, 0.225],
        "resample": 2, "rescale_factor": 1 / 255, "size": {"shortest_edge": SIDE},
    }  # fmt: skip
    (folder / "preprocessor_config.json").write_text(json.dumps(told), encoding="utf-8")
    return folder


def videomae() -> Any:
    """What `write_videomae` writes: a VideoMAE for pretraining, its biases far from 0."""
    import torch
    from transformers import VideoMAEConfig, VideoMAEForPreTraining

    torch.manual_seed(0)
    model = VideoMAEForPreTraining(VideoMAEConfig(**VIDEOMAE))
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return model.requires_grad_(False).eval()


def _scripted(module: Any, file: Path) -> Path:
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.script(module.eval()).save(str(file))
    return file
