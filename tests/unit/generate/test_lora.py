"""`generate.lora`: what peft would add to a net's output is what is merged into its weights."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from sakuga.core.errors import RequestError
from sakuga.generate.lora import file_of, merge


class _Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.block = nn.ModuleDict({"to_q": nn.Linear(8, 8), "to_k": nn.Linear(8, 4, bias=False)})

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        tokens = self.conv(x).flatten(2).transpose(1, 2)
        return self.block["to_k"](self.block["to_q"](tokens))


def _adapted(net: nn.Module, alpha: int = 4) -> tuple[nn.Module, dict[str, torch.Tensor]]:
    """A net with peft's adapters that do something, and their tensors as peft saves them."""
    from peft import LoraConfig, get_peft_model_state_dict, inject_adapter_in_model

    config = LoraConfig(r=4, lora_alpha=alpha, target_modules=["conv", "to_q", "to_k"])
    adapted: Any = inject_adapter_in_model(config, copy.deepcopy(net))
    with torch.no_grad():
        for name, weight in adapted.named_parameters():
            if "lora_B" in name:
                weight.normal_()
    return adapted.eval(), dict(get_peft_model_state_dict(adapted))


@pytest.fixture
def net() -> nn.Module:
    torch.manual_seed(0)
    return _Net().eval()


@pytest.mark.parametrize("prefix", ["", "unet.", "base_model.model.", "base_model.model.unet."])
def test_what_is_merged_is_what_peft_adds(net: nn.Module, tmp_path: Path, prefix: str) -> None:
    adapted, tensors = _adapted(net)
    save_file({prefix + name: tensor for name, tensor in tensors.items()}, tmp_path / "l")
    x = torch.randn(2, 3, 6, 6)
    before = net(x)
    assert merge(net, tmp_path / "l") == 3
    assert torch.allclose(net(x), adapted(x), atol=1e-4)
    assert not torch.allclose(net(x), before, atol=1e-2)


@pytest.mark.parametrize("prefix", ["", "unet."])
def test_an_alpha_in_the_header_counts(net: nn.Module, tmp_path: Path, prefix: str) -> None:
    adapted, tensors = _adapted(net, alpha=12)
    header = {"lora_adapter_metadata": json.dumps({f"{prefix}lora_alpha": 12, f"{prefix}r": 4})}
    save_file({prefix + name: t for name, t in tensors.items()}, tmp_path / "l", metadata=header)
    merge(net, tmp_path / "l")
    x = torch.randn(1, 3, 6, 6)
    assert torch.allclose(net(x), adapted(x), atol=1e-4)


def test_an_alpha_of_a_module_counts_and_so_do_older_names(net: nn.Module, tmp_path: Path) -> None:
    adapted, tensors = _adapted(net, alpha=2)
    old = {
        name.replace("lora_A", "lora.down").replace("lora_B", "lora.up"): tensor
        for name, tensor in tensors.items()
    }
    old |= {f"{name}.alpha": torch.tensor(2.0) for name in ("conv", "block.to_q", "block.to_k")}
    save_file(old, tmp_path / "l")
    merge(net, tmp_path / "l")
    x = torch.randn(1, 3, 6, 6)
    assert torch.allclose(net(x), adapted(x), atol=1e-4)


@pytest.mark.parametrize("place", ["", "lora"])
def test_a_folder_that_peft_left_is_read_with_its_settings(
    net: nn.Module, tmp_path: Path, place: str
) -> None:
    from peft import LoraConfig, get_peft_model

    law = LoraConfig(r=4, lora_alpha=12, target_modules=["to_q", "to_k"], init_lora_weights=False)
    adapted = get_peft_model(copy.deepcopy(net), law).eval()
    adapted.save_pretrained(tmp_path / place, save_embedding_layers=False)
    assert merge(net, file_of(str(tmp_path))) == 2
    x = torch.randn(1, 3, 6, 6)
    assert torch.allclose(net(x), adapted(x), atol=1e-4)


def test_a_scale_of_nought_changes_nothing(net: nn.Module, tmp_path: Path) -> None:
    save_file(_adapted(net)[1], tmp_path / "l")
    before = {name: weight.clone() for name, weight in net.state_dict().items()}
    merge(net, tmp_path / "l", 0.0)
    assert all(torch.equal(before[name], weight) for name, weight in net.state_dict().items())


def _changed(tensors: dict[str, torch.Tensor], how: str) -> dict[str, torch.Tensor]:
    first = next(name for name in tensors if "to_q.lora_A" in name)
    if how == "elsewhere":
        return {name.replace("to_q", "to_v"): tensor for name, tensor in tensors.items()}
    if how == "wider":
        return {**tensors, first: torch.zeros(4, 9)}
    if how == "ranks":
        return {**tensors, first: torch.zeros(3, 8)}
    if how == "half":
        return {name: tensor for name, tensor in tensors.items() if name != first}
    if how == "nan":
        return {**tensors, first: tensors[first] * float("nan")}
    if how == "dora":
        return {**tensors, "block.to_q.lora_magnitude_vector": torch.zeros(8)}
    return {}


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("elsewhere", "of another net: block.to_v is not there"),
        ("wider", "of another net"),
        ("ranks", "of another net"),
        ("half", "do not come in pairs"),
        ("nan", "NaN"),
        ("dora", "no tensor of a plain LoRA"),
        ("empty", "no LoRA"),
    ],
)
def test_a_file_that_is_not_of_this_net_is_refused_and_changes_nothing(
    net: nn.Module, tmp_path: Path, how: str, told: str
) -> None:
    save_file(_changed(_adapted(net)[1], how), tmp_path / "l")
    before = {name: weight.clone() for name, weight in net.state_dict().items()}
    with pytest.raises(RequestError, match=told):
        merge(net, tmp_path / "l")
    assert all(torch.equal(before[name], weight) for name, weight in net.state_dict().items())


@pytest.mark.parametrize("setting", ["alpha_pattern", "use_dora", "use_rslora"])
def test_a_lora_of_another_arithmetic_is_refused(
    net: nn.Module, tmp_path: Path, setting: str
) -> None:
    header = {"lora_adapter_metadata": json.dumps({f"unet.{setting}": {"conv": 2}})}
    save_file(_adapted(net)[1], tmp_path / "l", metadata=header)
    with pytest.raises(RequestError, match="DoRA or rsLoRA"):
        merge(net, tmp_path / "l")


@pytest.mark.parametrize("content", [None, b"", b"no tensors at all"])
def test_what_is_no_file_of_tensors_is_refused(
    net: nn.Module, tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "l").write_bytes(content)
    with pytest.raises(RequestError, match="no LoRA file that can be read"):
        merge(net, tmp_path / "l")


def test_a_folder_without_adapters_is_refused(net: nn.Module, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"no adapter_model\.safetensors in this folder"):
        merge(net, file_of(str(tmp_path)))
