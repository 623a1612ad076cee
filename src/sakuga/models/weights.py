"""Public checkpoints into our nets, by their own key names (§4.1: initialised from them).

A file is `.pth` or `.safetensors`, or a folder with one of them; tensors may lie under "model",
"module" or "state_dict" and be of any precision. Nothing that a file says is run: of a pickle, only
tensors and plain containers are taken, and everything else (a training run's settings) becomes an
empty stand-in.
"""

from __future__ import annotations

import math
import pickle
import warnings
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch import _utils as torch_utils  # pyright: ignore[reportPrivateUsage]
from torch.nn.functional import interpolate

from sakuga.core.errors import RequestError
from sakuga.models import clip

NESTS = ("model", "module", "state_dict", "model_state_dict")
WRAPPERS = ("module.", "model.", "_orig_mod.")
TEMPORAL = ("temporal_positional_embedding", "temporal_pos_embedding")
OTHER_SIZE = 8  # more shapes than these differ: it is another size, and a list is of no help
SUFFIXES = (".safetensors", ".pth", ".pt", ".bin")


def load(net: nn.Module, file: Path) -> None:
    """Give the net a checkpoint's weights, in the net's own precision.

    An image CLIP starts a ViCLIP (`models.clip`). Keys that begin with one of `net.spare` are left
    out. Position embeddings of another size are interpolated. Raises RequestError: a file that is
    cut short or of another model (in a line), or one that does not fit (every key that is missing,
    unexpected or of another shape).
    """
    wanted = net.state_dict()
    spare = cast("tuple[str, ...]", getattr(net, "spare", ()))
    tensors = read(file)
    tensors = clip.as_viclip(tensors, wanted) if clip.is_clip(tensors) else tensors
    found = {key: fitted(key, value, wanted) for key, value in _renamed(tensors, wanted)}
    found = {key: value for key, value in found.items() if key in wanted or not _spared(key, spare)}
    if complaint := _misfit(found, wanted):
        raise RequestError(f"{file} {complaint}")
    if broken := [key for key, value in found.items() if not bool(torch.isfinite(value).all())]:
        raise RequestError(f"{file} holds NaN or infinity in {', '.join(broken)}: take another")
    net.load_state_dict(found)


def averaged(
    tensors: Mapping[str, Tensor], others: Mapping[str, Tensor], share: float = 0.5
) -> dict[str, Tensor]:
    """WiSE-FT (arXiv 2109.01903): `share` of one net's tensors and the rest of another's.

    The temporal position embedding, which an image net does not have, and what is no float stay
    as they are, as in ViCLIP's own tests. Raises ValueError for nets of other tensors.
    """
    if {k: v.shape for k, v in tensors.items()} != {k: v.shape for k, v in others.items()}:
        raise ValueError("nets of other tensors can't be averaged")
    return {
        key: value
        if key.endswith(TEMPORAL) or not value.is_floating_point()
        else share * value + (1 - share) * others[key].to(value)
        for key, value in tensors.items()
    }


def read(file: Path) -> dict[str, Tensor]:
    """The tensors of a checkpoint by their names, whatever they are nested in. RequestError."""
    tensors = dict(_tensors(_content(_one(file))))
    if not tensors:
        raise RequestError(f"{file} holds no tensors: name a checkpoint")
    for wrapper in WRAPPERS:
        if all(key.startswith(wrapper) for key in tensors):
            tensors = {key.removeprefix(wrapper): value for key, value in tensors.items()}
    return tensors


def fitted(key: str, value: Tensor, wanted: Mapping[str, Tensor]) -> Tensor:
    """A position embedding at the size that is wanted; anything else, or what fits, as it is."""
    if key not in wanted or value.shape == wanted[key].shape:
        return value
    to, name = wanted[key].shape, key.rpartition(".")[2]
    if value.dim() != len(to) or value.shape[-1] != to[-1]:
        return value
    if name == "temporal_positional_embedding":  # as upstream: cut if shorter
        return value[:, : to[1]] if to[1] < value.shape[1] else _in_time(value, to[1])
    if name == "temporal_pos_embedding":
        return _in_time(value, to[1])
    if key.startswith("text_encoder.") and to[0] < value.shape[0] and "position" in key:
        return value[: to[0]]  # a shorter context
    if name in ("positional_embedding", "pos_embed") and not key.startswith("text_encoder."):
        return _in_space(value, to[-2])
    return value


def _in_time(value: Tensor, frames: int) -> Tensor:
    moved = interpolate(value.float().transpose(1, 2), frames, mode="linear")
    return moved.transpose(1, 2)


def _in_space(value: Tensor, places: int) -> Tensor:
    """Bicubic, on a square grid; the first place is the class token's and stays."""
    width, sides = value.shape[-1], [math.isqrt(n - 1) for n in (value.shape[-2], places)]
    if [side * side + 1 for side in sides] != [value.shape[-2], places]:
        return value  # not square: said as a shape that does not fit
    flat = value.reshape(-1, width).float()
    grid = flat[1:].T.reshape(1, width, sides[0], sides[0])
    grid = interpolate(grid, (sides[1], sides[1]), mode="bicubic")
    moved = torch.cat([flat[:1], grid.reshape(width, -1).T])
    return moved.reshape(*value.shape[:-2], places, width)


def _renamed(
    tensors: Mapping[str, Tensor], wanted: Mapping[str, Tensor]
) -> Iterable[tuple[str, Tensor]]:
    """Names as the net has them; buffers that follow from the sizes are left out."""
    for key, value in tensors.items():
        if key.endswith(".position_ids"):
            continue
        longer = key.replace("text_encoder.", "text_encoder.bert.", 1)
        beginning = ".".join(longer.split(".")[:3]) + "."
        known = any(name.startswith(beginning) for name in wanted)
        yield (longer if known and key not in wanted else key), value


def _spared(key: str, spare: tuple[str, ...]) -> bool:
    return key.startswith(spare) if spare else False


def _misfit(found: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> str | None:
    missing = sorted(wanted.keys() - found.keys())
    unexpected = sorted(found.keys() - wanted.keys())
    both = sorted(wanted.keys() & found.keys())
    other = [key for key in both if found[key].shape != wanted[key].shape]
    if 2 * (len(both) - len(other)) < len(wanted) or len(other) > OTHER_SIZE:
        example = f"; {_shapes(other[0], found, wanted)}" if other else ""
        return (
            "holds another model, or another size of it: "
            f"{len(both)} of this one's {len(wanted)} tensors are in it, "
            f"{len(both) - len(other)} of the right shape{example}"
        )
    parts = {
        "missing": missing,
        "unexpected": unexpected,
        "of another shape": [_shapes(key, found, wanted) for key in other],
    }
    said = [f"{len(keys)} {what}: {', '.join(keys)}" for what, keys in parts.items() if keys]
    return f"does not fit this net: {'; '.join(said)}" if said else None


def _shapes(key: str, found: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> str:
    return f"{key} is {tuple(found[key].shape)}, not {tuple(wanted[key].shape)}"


def _one(file: Path) -> list[Path]:
    """The file itself; of a folder its only checkpoint, or all parts of one in safetensors."""
    if file.is_file():
        return [file]
    inside = sorted(file.glob("*")) if file.is_dir() else []
    for suffix in SUFFIXES:
        of_kind = [path for path in inside if path.suffix == suffix]
        if len(of_kind) == 1 or (of_kind and suffix == ".safetensors"):
            return of_kind
        if of_kind:
            names = ", ".join(path.name for path in of_kind)
            raise RequestError(f"{file} holds several checkpoints: name one of {names}")
    raise RequestError(f"{file}: no checkpoint there; it is a file, or a folder with one")


def _content(files: list[Path]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for file in files:
        try:
            found = _safe(file) if file.suffix == ".safetensors" else _pickled(file)
        except (RuntimeError, EOFError, OSError, ValueError, LookupError, TypeError,
                AttributeError, pickle.UnpicklingError) as error:  # fmt: skip
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            if "TorchScript" in reason:
                raise RequestError(
                    f"{file} is a TorchScript archive, a program, which is not run: name a "
                    "checkpoint that holds its tensors alone"
                ) from error
            raise RequestError(
                f"{file} is cut short or no checkpoint ({reason[:120]}): fetch it again"
            ) from error
        if not isinstance(found, dict):
            raise RequestError(f"{file} holds a {type(found).__name__}, not a checkpoint's tensors")
        content |= cast("dict[str, Any]", found)
    return content


def _safe(file: Path) -> dict[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(file)
    except SafetensorError as error:
        raise ValueError(str(error)) from error


def _pickled(file: Path) -> object:
    """By PyTorch's own safe way; if there are classes of a training run in it, without them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about pickles that are no checkpoint: said otherwise
        try:
            return torch.load(file, map_location="cpu", weights_only=True)
        except pickle.UnpicklingError:
            return torch.load(file, map_location="cpu", weights_only=False, pickle_module=_INERT)


def _tensors(content: Mapping[str, Any]) -> Iterable[tuple[str, Tensor]]:
    for nest in NESTS:
        if isinstance(inner := content.get(nest), Mapping):
            return _tensors(cast("Mapping[str, Any]", inner))
    return ((key, value) for key, value in content.items() if isinstance(value, Tensor))


class StandIn:
    """What an unknown class of a pickle becomes: it takes everything and does nothing."""

    def __init__(self, *args: object, **named: object) -> None: ...

    def __setstate__(self, state: object) -> None: ...

    def __setitem__(self, key: object, value: object) -> None: ...

    def __call__(self, *_args: object, **_named: object) -> StandIn:
        return self

    def append(self, item: object) -> None: ...

    def extend(self, items: object) -> None: ...


_REBUILD = ("_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_parameter")
_PLAIN: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch", "Size"): torch.Size,
    **{("torch._utils", name): getattr(torch_utils, name) for name in _REBUILD},
}


class _Unpickler(pickle.Unpickler):
    """Builds tensors and plain containers, and a StandIn for anything else: nothing is run."""

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        if module_name == "torch" and global_name.endswith("Storage"):
            return getattr(torch, global_name)
        return _PLAIN.get((module_name, global_name), StandIn)


def _inert() -> ModuleType:
    """A module as `pickle` is, for `torch.load`."""
    module = ModuleType("inert")
    module.Unpickler = _Unpickler  # pyright: ignore[reportAttributeAccessIssue]
    module.load = lambda file, **named: _Unpickler(file, **named).load()  # pyright: ignore[reportAttributeAccessIssue]
    return module


_INERT = _inert()
