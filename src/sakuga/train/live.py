"""How much memory a computation holds at its highest, found without doing it (§4.2).

Tensors are fake: they have shapes and no content. Each storage is counted from the operation that
makes it until nothing holds it any more.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class Live(TorchDispatchMode):
    """Inside, `highest` rises with what is held beyond the tensors given at first; bytes."""

    def __init__(self, there: Iterable[Tensor]) -> None:
        super().__init__()
        self.held = self.highest = 0
        self._seen: set[int] = set()
        for tensor in there:
            self._see(tensor, counts=False)

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made = func(*args, **(kwargs or {}))
        for each in tree_leaves(made):
            if isinstance(each, Tensor):
                self._see(each)
        return made

    def _see(self, tensor: Tensor, counts: bool = True) -> None:
        storage = tensor.untyped_storage()
        key = id(storage)
        if key in self._seen:
            return
        size = storage.nbytes() if counts else 0
        self._seen.add(key)
        self.held += size
        self.highest = max(self.highest, self.held)
        weakref.finalize(storage, self._gone, key, size)

    def _gone(self, key: int, size: int) -> None:
        self._seen.discard(key)
        self.held -= size


def as_fakes(net: nn.Module) -> None:
    """Tensors of the current device and mode in place of a net's own, which lie on `meta`."""
    for module in net.modules():
        for name, weight in list(module.named_parameters(recurse=False)):
            made = nn.Parameter(torch.empty(weight.shape), requires_grad=weight.requires_grad)
            module.register_parameter(name, made)
        for name, buffer in list(module.named_buffers(recurse=False)):
            module.register_buffer(name, torch.empty(buffer.shape, dtype=buffer.dtype))


def normed_in_fp32(net: nn.Module) -> None:
    """Make norms take fp32, as autocast makes them do on a GPU, and on a CPU does not."""

    def first_in_fp32(_: nn.Module, given: tuple[Any, ...]) -> tuple[Any, ...]:
        return given[0].float(), *given[1:]

    for module in net.modules():
        if isinstance(module, (nn.GroupNorm, nn.LayerNorm)):
            module.register_forward_pre_hook(first_in_fp32)
