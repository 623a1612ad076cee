"""The Triton scan under Triton's interpreter, held against the chunked scan.

`test_scan_triton` runs this file in a Python of its own: the interpreter must be asked for, by
TRITON_INTERPRET=1, before Triton is imported.
"""

# ruff: noqa: N806 - capital letters name the axes of tensors

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from sakuga.models import scan_triton
from sakuga.models.scan import Using, selective_scan
from tests.unit.models.oracles import literal_scan
from tests.unit.models.test_scan import arguments, gradients


def both(given_: list[Tensor]) -> list[list[Tensor]]:
    """The output and all gradients, chunked and by Triton."""
    weights = torch.randn(given_[0].shape, dtype=given_[0].dtype)

    def by(using: Using) -> list[Tensor]:
        out = selective_scan(*given_, using=using)
        scan = lambda *args: selective_scan(*args, using=using)  # noqa: E731
        return [out, *gradients(scan, given_, weights)]

    return [by("chunked"), by("triton")]


def test_it_runs_in_the_interpreter() -> None:
    assert scan_triton.INTERPRETED


@settings(max_examples=6)
@given(
    batch=st.integers(1, 2), channels=st.integers(1, 5), groups=st.integers(1, 2),
    length=st.integers(1, 7), state=st.integers(1, 5), seed=st.integers(0, 99),
)  # fmt: skip
def test_output_and_gradients_are_those_of_the_chunked_scan(
    batch: int, channels: int, groups: int, length: int, state: int, seed: int
) -> None:
    chunked, triton = both(arguments(batch, channels * groups, length, state, groups, seed))
    for mine, true in zip(triton, chunked, strict=True):
        torch.testing.assert_close(mine, true, rtol=1e-9, atol=1e-9)


def test_several_blocks_of_channels_and_a_short_last_span() -> None:
    chunked, triton = both(arguments(1, 70, 11, 16, 2))
    for mine, true in zip(triton, chunked, strict=True):
        torch.testing.assert_close(mine, true, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_inputs_may_be_of_less_precision_than_the_state(dtype: torch.dtype) -> None:
    given_ = [x.float() for x in arguments(1, 4, 6, 3, 1)]
    for at in (0, 1, 3, 4, 6):
        given_[at] = given_[at].to(dtype)
    chunked, triton = both(given_)
    for mine, true in zip(triton, chunked, strict=True):
        assert mine.dtype == true.dtype
        wide = 1e-5 if dtype == torch.float32 else 0.03
        torch.testing.assert_close(mine.float(), true.float(), rtol=wide, atol=wide)


def test_what_is_left_out_does_nothing() -> None:
    u, delta, A, B, C, *_ = arguments(1, 4, 6, 3, 1)
    leaves = [x.clone().requires_grad_() for x in (u, delta, A, B, C)]
    out = selective_scan(*leaves, using="triton")
    torch.testing.assert_close(out, literal_scan(u, delta, A, B, C)[0])
    out.sum().backward()
    ours = [x.clone().requires_grad_() for x in (u, delta, A, B, C)]
    selective_scan(*ours, using="chunked").sum().backward()
    for mine, true in zip(leaves, ours, strict=True):
        torch.testing.assert_close(mine.grad, true.grad)


def test_memory_may_lie_as_the_mixer_has_it() -> None:
    given_ = arguments(2, 4, 5, 3, 2)
    for at in (0, 1, 6):
        given_[at] = given_[at].transpose(1, 2).contiguous().transpose(1, 2)
    given_[0] = given_[0][:, :1].expand(-1, 4, -1)  # one channel, seen four times
    chunked, triton = both(given_)
    for mine, true in zip(triton, chunked, strict=True):
        torch.testing.assert_close(mine, true, rtol=1e-9, atol=1e-9)


def test_extreme_steps_and_decays_do_no_harm() -> None:
    given_ = [x.float() for x in arguments(1, 3, 9, 2, 1)]
    given_[1][:, :, ::2] += 100
    given_[1][:, :, 1::2] -= 100
    given_[2] *= 1e4
    chunked, triton = both(given_)
    for mine, true in zip(triton, chunked, strict=True):
        torch.testing.assert_close(mine, true, rtol=1e-4, atol=1e-4)
