"""DeepSpeed's ZeRO-2: gradients and optimiser in shares on all ranks (§4.1: "DeepSpeed").

    accelerate launch --config_file profiles/train/zero2.yaml -m sakuga train NAME ...

The file says where the work runs; the recipe says what it is, here as without: batch, rate,
clipping and precision are its own. Weights stay fp32 on every rank and bf16 is autocast's, so the
numbers are those of the plain run. Each micro-batch's gradients are brought together at once, since
a rank keeps its own share alone: ZeRO-2 knows no `no_sync`.

A checkpoint holds the whole net and AdamW's whole state, so it goes on under another number of
ranks, and without DeepSpeed. Written after DeepSpeed 0.19 (Apache-2.0).
"""

from __future__ import annotations

import importlib
import importlib.util
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import torch
from torch import Tensor, nn

from sakuga.core.errors import RequestError
from sakuga.train import optimiser

if TYPE_CHECKING:
    from accelerate import Accelerator

MOMENTS = ("exp_avg", "exp_avg_sq")
OURS = ("optimizer", "scheduler")  # sections of a configuration that the recipe stands for


N = TypeVar("N", bound=nn.Module)


@dataclass
class Shares(Generic[N]):
    """A `train.learner.Learner`. learning: weights in the order of AdamW's state dict; groups: that
    dict's own; scalars: names of the weights that have no axis outside.
    """

    net: N
    wrapped: Any  # DeepSpeedEngine
    learning: list[nn.Parameter]
    groups: list[dict[str, Any]]
    scalars: frozenset[str]
    main: bool

    def step(self, rate: float) -> float:
        """See `train.learner.Learner`; DeepSpeed itself passes over a step without a number."""
        optimiser.set_rate(self.wrapped.optimizer.param_groups, rate)
        # A forward may have clamped a temperature, in the rank's copy alone; what the optimiser
        # steps from must follow.
        for name in self.scalars:
            weight = self.net.get_parameter(name)
            if weight.requires_grad:
                _deepspeed("utils").safe_set_full_fp32_param(weight, weight.data)
        self.wrapped.step()
        return float(self.wrapped.get_global_grad_norm())

    def weights(self) -> dict[str, Tensor]:
        """See `train.learner.Learner`."""
        found = self.net.state_dict()
        return {name: w.view(()) if name in self.scalars else w for name, w in found.items()}

    def moments(self) -> dict[str, Any] | None:
        """See `train.learner.Learner`; one weight after the other, onto the first rank's memory."""
        steps = torch.tensor(float(next(iter(self.wrapped.optimizer.state.values()))["step"]))
        scalars = [self.net.get_parameter(name) for name in self.scalars]
        state: dict[int, dict[str, Tensor]] = {}
        for number, weight in enumerate(self.learning):
            shape = () if any(weight is each for each in scalars) else weight.shape
            found = {name: _gathered(weight, name) for name in MOMENTS}
            if self.main:
                kept = {name: each.cpu().view(shape) for name, each in found.items()}
                state[number] = {"step": steps.clone(), **kept}
        return {"state": state, "param_groups": self.groups} if self.main else None


def asked() -> bool:
    """True under `accelerate launch` with a DeepSpeed configuration."""
    return os.environ.get("ACCELERATE_USE_DEEPSPEED", "false").lower() == "true"


def at_work(accelerator: Accelerator) -> bool:
    """True where it is DeepSpeed that the ranks are under."""
    return str(accelerator.distributed_type.value) == "DEEPSPEED"


def accelerated(batch: int, clip: float) -> Accelerator:
    """Ranks and devices. batch: of all ranks; clip: largest norm of the gradient, 0 for any.

    Raises RequestError for a configuration that can't be.
    """
    if importlib.util.find_spec("deepspeed") is None:
        raise RequestError("DeepSpeed is not installed: pip install 'sakuga[deepspeed]'")
    from accelerate import Accelerator

    accelerator = Accelerator(mixed_precision="no")  # autocast is put around the net in `prepared`
    _counted()
    found: Any = accelerator.state.deepspeed_plugin
    settings: dict[str, Any] = found.deepspeed_config
    checked(settings)
    settings["gradient_accumulation_steps"] = 1
    settings["gradient_clipping"] = clip
    settings["train_micro_batch_size_per_gpu"] = batch // accelerator.num_processes
    return accelerator


def checked(settings: dict[str, Any]) -> None:
    """Raises RequestError for a DeepSpeed configuration that says what the recipe says."""
    stage = settings.get("zero_optimization", {}).get("stage")
    if stage != 2:
        raise RequestError(f"DeepSpeed's zero stage = {stage}: must be 2, as in zero2.yaml")
    if settings.get("gradient_accumulation_steps") not in (1, "auto", None):
        raise RequestError(
            f"gradient_accumulation_steps = {settings['gradient_accumulation_steps']}: must be 1; "
            "schedule.micro does it, with the gradient of the whole batch"
        )
    if said := [name for name in OURS if name in settings]:
        raise RequestError(
            f"DeepSpeed's configuration has {' and '.join(said)}: leave them out, the profile's "
            "optimiser and schedule are taken"
        )


def prepared(
    net: N, called: nn.Module, adamw: torch.optim.Optimizer, accelerator: Accelerator,
    precision: str, moments: dict[str, Any] | None,
) -> Shares[N]:  # fmt: skip
    """What a step calls in DeepSpeed's engine, its optimiser at `moments`, its state dict, or new.

    Raises RequestError for another optimiser than AdamW in 32 bits.
    """
    if type(adamw) is not torch.optim.AdamW:
        raise RequestError("optimiser.bits = 8 does not go with DeepSpeed; set optimiser.bits = 32")
    if precision == "bf16":
        around = torch.autocast(accelerator.device.type, torch.bfloat16)
        called.forward = around(called.forward)
    groups = adamw.state_dict()["param_groups"]
    weights = [weight for group in adamw.param_groups for weight in group["params"]]
    scalars = frozenset(name for name, weight in net.named_parameters() if not weight.dim())
    for name in scalars:  # DeepSpeed's first broadcast knows no tensor without an axis
        weight = net.get_parameter(name)
        weight.data = weight.data.view(1)
    engine, _ = accelerator.prepare(called, adamw)
    _begin(engine, weights, moments)
    return Shares(net, engine, weights, groups, scalars, accelerator.is_main_process)


def backward(engine: Any, loss: Tensor, last: bool) -> None:
    """Into the gradients; `last` of a step's pieces."""
    engine.set_gradient_accumulation_boundary(last)
    engine.backward(loss)


def _begin(engine: Any, weights: list[nn.Parameter], moments: dict[str, Any] | None) -> None:
    """Give each share its moments: DeepSpeed would make them at the first step, which is too late
    to fill them, and would then bind the first group's alone to the weights.
    """
    shares = engine.optimizer
    done = float(moments["state"][0]["step"]) if moments else 0.0
    for group in shares.optimizer.param_groups:
        [flat] = group["params"]
        steps = torch.tensor(done) if type(shares.optimizer) is torch.optim.AdamW else int(done)
        empty = {name: torch.zeros_like(flat, requires_grad=False) for name in MOMENTS}
        shares.optimizer.state[flat] = {"step": steps, **empty}
    shares._lazy_init_hp_params_optimizer_state()
    for number, weight in enumerate(weights if moments else []):
        for name in MOMENTS:
            found = (moments or {})["state"][number][name]
            _deepspeed("utils").safe_set_full_optimizer_state(weight, found, name)


def _gathered(weight: nn.Parameter, moment: str) -> Tensor:
    """From all ranks; all call it."""
    found: Tensor | None = _deepspeed("utils").safe_get_full_optimizer_state(weight, moment)
    assert found is not None, "the optimiser steps from every weight that learns"
    return found


def _deepspeed(part: str = "") -> Any:
    """DeepSpeed's module, or a part of it: imported by name, so that types need none installed."""
    return importlib.import_module(f"deepspeed.{part}" if part else "deepspeed")


def _counted() -> None:
    """On CPUs Accelerate takes each of DeepSpeed's ranks for the only one: count them."""
    import torch.distributed as dist
    from accelerate.state import AcceleratorState, PartialState

    if torch.cuda.is_available() or "LOCAL_RANK" not in os.environ:
        return
    if not dist.is_initialized():
        _deepspeed().init_distributed(auto_mpi_discovery=False, verbose=False)
    found = {
        "num_processes": dist.get_world_size(),
        "process_index": dist.get_rank(),
        "local_process_index": int(os.environ["LOCAL_RANK"]),
    }
    for state in (PartialState(), AcceleratorState()):
        for name, value in found.items():
            setattr(state, name, value)
