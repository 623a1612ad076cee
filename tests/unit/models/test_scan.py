"""The selective scan: the literal recurrence, faster, in little memory, with its gradients."""

# ruff: noqa: N803, N806 - capital letters name the axes of tensors

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType, SimpleNamespace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from sakuga.models import scan, scan_chunked
from sakuga.models.scan import selective_scan
from tests.unit.models.oracles import CLOSE, literal_scan, reference


def arguments(
    batch: int = 2, width: int = 6, length: int = 20, state: int = 5, groups: int = 2, seed: int = 0
) -> list[Tensor]:
    """u, delta, A, B, C, D, z, bias in fp64."""
    make = torch.Generator().manual_seed(seed)

    def drawn(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=make, dtype=torch.float64)

    ends = (batch, groups, state, length)
    return [
        drawn(batch, width, length), drawn(batch, width, length), -drawn(width, state).exp(),
        drawn(*ends), drawn(*ends), drawn(width), drawn(batch, width, length), drawn(width),
    ]  # fmt: skip


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_chunked, "CHUNK_FLOATS", {"cpu": 200})


def test_it_equals_the_public_reference() -> None:
    _, given_, _ = reference("selective_scan")
    names = ("u", "delta", "A", "B", "C", "D", "z", "delta_bias")
    ours = selective_scan(*(given_[name] for name in names))
    torch.testing.assert_close(ours, given_["out"], **CLOSE)


def test_the_oracle_equals_the_public_reference() -> None:
    _, given_, _ = reference("selective_scan")
    names = ("u", "delta", "A", "B", "C", "D", "z", "delta_bias")
    out, last = literal_scan(*(given_[name] for name in names))
    torch.testing.assert_close(out, given_["out"], **CLOSE)
    torch.testing.assert_close(last, given_["last_state"], **CLOSE)


@given(
    batch=st.integers(1, 3), channels=st.integers(1, 4), groups=st.integers(1, 3),
    length=st.integers(1, 40), state=st.integers(1, 5), floats=st.integers(1, 400),
)  # fmt: skip
def test_it_equals_the_literal_loop_whatever_the_chunk(
    batch: int, channels: int, groups: int, length: int, state: int, floats: int
) -> None:
    given_ = arguments(batch, channels * groups, length, state, groups)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan_chunked, "CHUNK_FLOATS", {"cpu": floats})
        patch.setattr(scan_chunked, "ROWS_FLOATS", 4 * floats)
        ours = selective_scan(*given_)
    torch.testing.assert_close(ours, literal_scan(*given_)[0], rtol=1e-9, atol=1e-9)


@given(
    batch=st.integers(1, 3), groups=st.integers(1, 2), length=st.integers(1, 30),
    floats=st.integers(1, 400),
)  # fmt: skip
def test_its_gradients_equal_those_of_the_literal_loop(
    batch: int, groups: int, length: int, floats: int
) -> None:
    given_ = arguments(batch, 4, length, 3, groups)
    weights = torch.randn(batch, 4, length, dtype=torch.float64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan_chunked, "CHUNK_FLOATS", {"cpu": floats})
        patch.setattr(scan_chunked, "ROWS_FLOATS", 4 * floats)
        ours = gradients(selective_scan, given_, weights)
    theirs = gradients(lambda *args: literal_scan(*args)[0], given_, weights)
    for mine, true in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, true, rtol=1e-8, atol=1e-9)


def gradients(
    function: Callable[..., Tensor], given_: list[Tensor], weights: Tensor
) -> tuple[Tensor, ...]:
    leaves = [tensor.clone().requires_grad_() for tensor in given_]
    return torch.autograd.grad((function(*leaves) * weights).sum(), leaves)


def test_what_is_left_out_does_nothing() -> None:
    u, delta, A, B, C, *_ = arguments()
    leaves = [x.clone().requires_grad_() for x in (u, delta, A, B, C)]
    ours = selective_scan(*leaves)
    torch.testing.assert_close(ours, literal_scan(u, delta, A, B, C)[0])
    ours.sum().backward()
    assert all(leaf.grad is not None for leaf in leaves)


def test_one_group_needs_no_axis_of_its_own() -> None:
    u, delta, A, B, C, *_ = arguments(groups=1)
    ours = selective_scan(u, delta, A, B[:, 0], C[:, 0])
    torch.testing.assert_close(ours, selective_scan(u, delta, A, B, C))


@pytest.mark.usefixtures("small_chunks")
def test_decays_that_underflow_do_no_harm() -> None:
    given_ = [x.float() for x in arguments(length=50)]
    given_[2] *= 1e4
    given_[1] += 10
    ours = [x.clone().requires_grad_() for x in given_]
    out = selective_scan(*ours)
    out.sum().backward()
    torch.testing.assert_close(out.detach(), literal_scan(*given_)[0])
    assert all(bool(torch.isfinite(x.grad).all()) for x in ours if x.grad is not None)


def test_steps_too_long_for_an_exponential_are_taken_as_they_are() -> None:
    given_ = [x.float() for x in arguments(length=30)]
    given_[1][:, :, ::3] += 100  # exp overflows at 88.7
    torch.testing.assert_close(selective_scan(*given_), literal_scan(*given_)[0])


@pytest.mark.usefixtures("small_chunks")
def test_the_state_is_fp32_under_bf16_and_autocast() -> None:
    """A sum of 4,000 equal steps: a state in bf16 would stop growing at 256."""
    length = 4000
    u = torch.ones(1, 2, length, dtype=torch.bfloat16, requires_grad=True)
    A = torch.full((2, 1), -1e-9)
    B = torch.ones(1, 1, length, dtype=torch.bfloat16)
    delta = torch.full_like(u, 0.541324854612918)  # softplus of it is 1
    with torch.autocast("cpu", torch.bfloat16):
        out = selective_scan(u, delta.detach(), A, B, B)
    assert out.dtype == torch.bfloat16
    assert float(out[0, 0, -1].detach()) == pytest.approx(length, rel=0.01)
    out[..., -1].sum().backward()
    assert u.grad is not None
    assert float(u.grad[0, 0, 0]) == pytest.approx(1, rel=0.01)


def test_it_equals_the_slow_path_of_transformers() -> None:
    from transformers import MambaConfig
    from transformers.models.mamba import modeling_mamba

    torch.manual_seed(0)
    config = MambaConfig(hidden_size=16, state_size=5, num_hidden_layers=1, vocab_size=8)
    mixer = modeling_mamba.MambaMixer(config, 0).eval()
    torch.nn.init.normal_(mixer.D)
    torch.nn.init.normal_(mixer.A_log)
    hidden = torch.randn(2, 37, 16)
    with torch.no_grad():
        theirs = mixer(hidden)
        x, z = mixer.in_proj(hidden).transpose(1, 2).chunk(2, 1)
        x = torch.nn.functional.silu(mixer.conv1d(x)[..., :37])
        sizes = [config.time_step_rank, 5, 5]
        raw, B, C = (p.transpose(1, 2) for p in mixer.x_proj(x.transpose(1, 2)).split(sizes, -1))
        ours = selective_scan(
            x, mixer.dt_proj.weight @ raw, -mixer.A_log.exp(), B, C, mixer.D, z, mixer.dt_proj.bias
        )
        ours = mixer.out_proj(ours.transpose(1, 2))
    torch.testing.assert_close(ours, theirs, **CLOSE)


def test_memory_does_not_grow_with_the_number_of_chunks() -> None:
    """Beyond the inputs and the output, the same for 4 times the length."""
    assert extra(1600) <= 1.1 * extra(400)


def test_memory_for_gradients_grows_as_the_root_of_the_length() -> None:
    """Beyond the arguments, their gradients and the output: twice for 4 times the length."""
    assert extra(1600, learn=True) <= 2.2 * extra(400, learn=True)


def extra(length: int, learn: bool = False) -> int:
    """Bytes at the most while scanning, less what the output and the gradients take."""
    given_ = [x.float() for x in arguments(1, 64, length, 16, 1)]
    for at in (0, 1, 6):  # as the mixer has them
        given_[at] = given_[at].transpose(1, 2).contiguous().transpose(1, 2)
    floats = 64 + (3 * 64 + 2 * 16) * learn  # gradients of u, delta, z, B, C
    given_ = [x.requires_grad_(learn) for x in given_]
    with torch.profiler.profile(profile_memory=True) as seen, torch.set_grad_enabled(learn):
        out = selective_scan(*given_)
        if learn:
            out.sum().backward()
    held = most = 0
    for event in seen.profiler.kineto_results.events():
        if event.name() == "[memory]":
            held += event.nbytes()
            most = max(most, held)
    return most - 4 * floats * length


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A package that offers what mamba-ssm offers; `calls` counts."""
    seen = SimpleNamespace(calls=0)

    def selective_scan_fn(
        u: Tensor, delta: Tensor, A: Tensor, B: Tensor, C: Tensor, D: Tensor | None = None,
        z: Tensor | None = None, delta_bias: Tensor | None = None, delta_softplus: bool = False,
        return_last_state: bool = False,
    ) -> Tensor:  # fmt: skip
        assert delta_softplus and not return_last_state
        seen.calls += 1
        return literal_scan(u, delta, A, B, C, D, z, delta_bias)[0]

    module = ModuleType("mamba_ssm.ops.selective_scan_interface")
    module.selective_scan_fn = selective_scan_fn  # type: ignore[attr-defined]
    module.selective_scan_cuda = object()  # type: ignore[attr-defined]
    seen.module = module
    monkeypatch.setitem(sys.modules, "mamba_ssm", ModuleType("mamba_ssm"))
    monkeypatch.setitem(sys.modules, "mamba_ssm.ops", ModuleType("mamba_ssm.ops"))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    scan.kernel.cache_clear()
    monkeypatch.setattr(scan, "kernel", scan.kernel.__wrapped__)
    return seen


def test_the_kernel_gets_what_it_expects(kernel: SimpleNamespace) -> None:
    given_ = [x.float() for x in arguments()]
    ours = selective_scan(*given_, using="kernel")
    assert kernel.calls == 1
    torch.testing.assert_close(ours, selective_scan(*given_, using="chunked"), **CLOSE)


def test_on_a_cpu_the_kernel_is_not_asked(kernel: SimpleNamespace) -> None:
    selective_scan(*arguments())
    assert kernel.calls == 0


def test_a_kernel_without_its_compiled_part_is_none(kernel: SimpleNamespace) -> None:
    del kernel.module.selective_scan_cuda
    with pytest.raises(ImportError, match="pip install"):
        selective_scan(*arguments(), using="kernel")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
def test_on_a_gpu_it_equals_itself_on_a_cpu() -> None:
    given_ = [x.float() for x in arguments(2, 32, 157, 16)]
    weights = torch.randn(2, 32, 157)
    here = gradients(selective_scan, given_, weights)
    there = gradients(selective_scan, [x.cuda() for x in given_], weights.cuda())
    for mine, other in zip(here, there, strict=True):
        torch.testing.assert_close(mine, other.cpu(), rtol=1e-4, atol=1e-4)
