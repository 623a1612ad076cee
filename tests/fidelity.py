"""The peers of our metrics, without the torchvision that other parts of them import."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType
from typing import Any

import pytest

_FIDELITY = "torch_fidelity.feature_extractor_inceptionv3"
NAMES = ("CIFAR10", "CIFAR100", "STL10")


def peer(module: str) -> Any:
    """A module of torch_fidelity or torchmetrics; skips by name where that is not installed.

    `pip install --no-deps torch-fidelity` is enough.
    """
    pytest.importorskip("torch")
    for package in {"torch_fidelity", module.partition(".")[0]}:
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"could not import {package!r}")
    if importlib.util.find_spec("torchvision") is not None:
        return importlib.import_module(module)
    stand_ins = _stand_ins()
    try:
        sys.modules.update(stand_ins)
        found = importlib.import_module(_FIDELITY if module.startswith("torchmetrics") else module)
        for name in stand_ins:
            del sys.modules[name]
        return importlib.import_module(module) if module.startswith("torchmetrics") else found
    finally:
        for name in [*sys.modules]:
            if name.partition(".")[0] in ("torchvision", "torch_fidelity"):
                del sys.modules[name]


def _stand_ins() -> dict[str, ModuleType]:
    names = ("", ".datasets", ".transforms", ".transforms.functional")
    made = {f"torchvision{name}": ModuleType(f"torchvision{name}") for name in names}
    for name in NAMES:
        setattr(made["torchvision.datasets"], name, object)
    made["torchvision.transforms"].functional = made["torchvision.transforms.functional"]  # type: ignore[attr-defined]
    made["torchvision"].transforms = made["torchvision.transforms"]  # type: ignore[attr-defined]
    return made
