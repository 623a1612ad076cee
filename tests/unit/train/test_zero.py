"""What a DeepSpeed configuration may say, and what those that are shipped say."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest

from sakuga.core.errors import RequestError
from sakuga.train import zero
from tests.builds import ROOT


@pytest.mark.parametrize(("name", "device"), [("zero2", "none"), ("zero2_offload", "cpu")])
def test_accelerate_reads_the_configurations_that_are_shipped(name: str, device: str) -> None:
    from accelerate.commands.config.config_args import load_config_from_file

    found: Any = load_config_from_file(str(ROOT / "profiles" / "train" / f"{name}.yaml"))
    assert found.distributed_type == "DEEPSPEED"
    assert found.mixed_precision == "no"
    said = found.deepspeed_config
    assert (said["zero_stage"], said["gradient_accumulation_steps"]) == (2, 1)
    assert (said["offload_optimizer_device"], said["offload_param_device"]) == (device, "none")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"zero_optimization": {"stage": 3}}, r"zero stage = 3: must be 2"),
        ({"zero_optimization": {}}, r"zero stage = None: must be 2"),
        ({"gradient_accumulation_steps": 4}, r"= 4: must be 1; schedule\.micro does it"),
        ({"optimizer": {"type": "Adam"}}, r"has optimizer: leave them out"),
        ({"optimizer": {}, "scheduler": {}}, r"has optimizer and scheduler"),
    ],
)
def test_a_configuration_that_says_what_the_recipe_says_is_refused(
    more: dict[str, Any], message: str
) -> None:
    fine = {"zero_optimization": {"stage": 2}, "gradient_accumulation_steps": 1}
    zero.checked(fine)
    with pytest.raises(RequestError, match=message):
        zero.checked({**fine, **more})


def test_without_deepspeed_its_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "deepspeed" else real(name)
    )
    monkeypatch.setenv("ACCELERATE_USE_DEEPSPEED", "true")
    assert zero.asked()
    with pytest.raises(RequestError, match=r"pip install 'sakuga\[deepspeed\]'"):
        zero.accelerated(batch=4, clip=1.0)
