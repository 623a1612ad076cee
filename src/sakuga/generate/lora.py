"""A LoRA file's low-rank changes, added to a net's weights.

arXiv 2106.09685. Keys as peft and diffusers write them: MODULE.lora_A.weight (r, in) and
MODULE.lora_B.weight (out, r), or MODULE.lora.down and .up, with or without `unet.` in front. Alpha
stands beside them: in peft's `adapter_config.json`, in diffusers' header, or as MODULE.alpha.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from sakuga.core.errors import RequestError

_KEY = re.compile(
    r"(?:base_model\.model\.)?(?:unet\.)?(?P<module>.+?)"
    r"\.(?:lora_(?P<new>[AB])(?:\.default)?|lora\.(?P<old>down|up))\.weight"
)
_ALPHA = re.compile(r"(?:unet\.)?(?P<module>.+)\.alpha")


def file_of(place: str) -> Path:
    """The file of a LoRA: itself, or that in a folder, as peft and `sakuga train svd` leave it."""
    named = Path(place).expanduser()
    files = (folder / "adapter_model.safetensors" for folder in (named, named / "lora"))
    return next((file for file in files if file.is_file()), named)


def merge(net: Any, file: Path, scale: float = 1.0) -> int:
    """Add a file's changes, `scale` times, to a net's weights; returns to how many of them.

    Without an alpha in the file, a change weighs as it stands: alpha is the rank. Raises
    RequestError where the file is none, or of another net; the net is then as it was.
    """
    pairs, alphas, usual = _read(file)
    weights: dict[str, Any] = dict(net.named_parameters())
    changes: dict[str, Any] = {}
    for module, (down, up) in pairs.items():
        weight = _fitting(file, module, weights.get(f"{module}.weight"), down, up)
        rank = len(down)
        alpha = alphas.get(module, rank if usual is None else usual)
        change = (up.flatten(1).float() @ down.flatten(1).float()) * (scale * alpha / rank)
        if not bool(change.isfinite().all()):
            raise RequestError(f"{file}: {module} holds NaN or infinity: train it anew")
        changes[f"{module}.weight"] = change.reshape(weight.shape)
    for name, change in changes.items():
        weights[name].data += change.to(weights[name])
    return len(changes)


def _fitting(file: Path, module: str, weight: Any, down: Any, up: Any) -> Any:
    """The weight, if the two matrices are changes to it. Raises RequestError."""
    fits = weight is not None and (
        (len(up), up[0].numel(), down[0].numel()) == (len(weight), len(down), weight[0].numel())
    )
    if not fits:
        what = "not there" if weight is None else "of another size"
        raise RequestError(
            f"{file}: of another net: {module} is {what}; name the model that it was trained on"
        )
    return weight


def _read(file: Path) -> tuple[dict[str, tuple[Any, Any]], dict[str, float], float | None]:
    """Each module's two matrices, and its alpha or the alpha of all, where the file says."""
    from safetensors import SafetensorError, safe_open

    if file.is_dir():
        raise RequestError(f"{file}: no adapter_model.safetensors in this folder; name a LoRA file")
    try:
        with safe_open(file, "pt") as opened:
            usual = _usual(file, _settings(file, opened.metadata() or {}))
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
    except (OSError, SafetensorError, ValueError, TypeError) as error:
        raise RequestError(f"{file}: no LoRA file that can be read ({error})") from error
    halves: dict[str, dict[bool, Any]] = {}
    alphas: dict[str, float] = {}
    for name, tensor in tensors.items():
        if found := _KEY.fullmatch(name):
            is_up = found["new"] == "B" or found["old"] == "up"
            halves.setdefault(found["module"], {})[is_up] = tensor
        elif found := _ALPHA.fullmatch(name):
            alphas[found["module"]] = float(tensor)
        else:
            raise RequestError(f"{file}: {name}: no tensor of a plain LoRA of the UNet")
    if not halves or any(len(pair) < 2 or pair[False].ndim < 2 for pair in halves.values()):
        raise RequestError(f"{file}: no LoRA: its matrices do not come in pairs")
    return {module: (pair[False], pair[True]) for module, pair in halves.items()}, alphas, usual


def _settings(file: Path, header: dict[str, str]) -> dict[str, Any]:
    """As peft keeps them beside the file, or diffusers in its header; of others none."""
    beside = file.with_name("adapter_config.json")
    if file.name == "adapter_model.safetensors" and beside.is_file():
        return dict(json.loads(beside.read_text(encoding="utf-8")))
    return dict(json.loads(header.get("lora_adapter_metadata", "{}")))


def _usual(file: Path, settings: dict[str, Any]) -> float | None:
    """The alpha of all modules, where told. Raises RequestError for what is not known here."""
    plain = {name.removeprefix("unet."): value for name, value in settings.items()}
    if plain.get("alpha_pattern") or plain.get("use_dora") or plain.get("use_rslora"):
        raise RequestError(
            f"{file}: of an arithmetic not known here (an alpha for each module, DoRA or rsLoRA): "
            "merge it into its model first, and name that"
        )
    alpha = plain.get("lora_alpha")
    return None if alpha is None else float(alpha)
