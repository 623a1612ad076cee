"""What of the UNet learns: all, what mixes frames, its attention alone, or adapters (§4.2, §6).

Of the public net's 1,524,623,082 weights, `temporal` are 656,076,838 and `temporal-transformer`
397,620,480.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from sakuga.models.svd import quiet
from sakuga.train.svd.recipe import Learns, Net

TRANSFORMER = ("temporal_transformer_block",)
TEMPORAL = (*TRANSFORMER, "temporal_res_block", "time_pos_embed", "time_mixer")
ATTENTION = ("to_q", "to_k", "to_v", "to_out.0")  # every one of them, spatial and temporal
_NAMES: dict[Learns, tuple[str, ...]] = {
    "all": ("",), "temporal": TEMPORAL, "temporal-transformer": TRANSFORMER, "lora": (),
}  # fmt: skip


def learning(unet: Any, recipe: Net, seed: int) -> Any:
    """The UNet, told what of it learns; with LoRA, in peft's wrapper with new adapters."""
    if recipe.checkpointing:
        unet.enable_gradient_checkpointing()
    if recipe.train == "lora":
        return adapted(unet, recipe.rank, seed)
    for name, weight in unet.named_parameters():
        weight.requires_grad_(any(part in name for part in _NAMES[recipe.train]))
    return unet


def adapted(unet: Any, rank: int, seed: int) -> Any:
    """With adapters that do nothing yet; the same for the same seed."""
    with torch.random.fork_rng([]), quiet():
        from peft import LoraConfig, get_peft_model

        law = LoraConfig(
            r=rank, lora_alpha=rank, init_lora_weights="gaussian", target_modules=list(ATTENTION)
        )
        torch.manual_seed(seed)
        return get_peft_model(unet, law)


def weights_of(net: nn.Module) -> dict[str, Tensor]:
    """Those that learn, by name, not copied."""
    return {name: w.detach() for name, w in net.named_parameters() if w.requires_grad}


def put(net: nn.Module, weights: dict[str, Tensor]) -> None:
    """These values into the weights that learn. Raises KeyError where they are another net's."""
    with torch.no_grad():
        for name, weight in weights_of(net).items():
            weight.copy_(weights[name])
