"""The selective scan by Triton kernels of our own, for a GPU (VideoMamba's mixer, §4.1).

It reads the inputs as they are and keeps one state in about sqrt(L) for the gradient, as
`models.scan_chunked` does, without a buffer of decays. Import it only where it is asked for: it
imports Triton, which PyTorch's builds for GPUs on Linux bring with them.

Shapes: B batch, G groups (directions) of E channels each, L steps, S state.
"""

from __future__ import annotations

import math
import os
from contextlib import AbstractContextManager, nullcontext
from typing import Any, cast

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from sakuga.models import scan_kernels

WARPS = 1  # of a program: then no sum over channels leaves the warp
CHANNELS = 32  # of a program, at the most: one a thread
KERNELS: Any = scan_kernels  # launched as name[grid](...): of no type that Python knows
LAUNCH = {"num_warps": WARPS, "enable_fp_fusion": True}
INTERPRETED = os.environ.get("TRITON_INTERPRET") == "1"  # as Triton itself reads it, at its import


def triton_scan(
    u_LBGE: Tensor,
    delta_LBGE: Tensor,
    A_GSE: Tensor,
    B_LBGS: Tensor,
    C_LBGS: Tensor,
    D_GE: Tensor,
    z_LBGE: Tensor | None,
    bias_GE: Tensor,
) -> Tensor:
    """(L, B, G, E) in u's dtype and memory layout, with gradients for all arguments.

    Channels lie side by side in u, delta and z, group after group. Raises ValueError for tensors
    that are on no GPU, unless Triton's interpreter runs (TRITON_INTERPRET=1).
    """
    if not (u_LBGE.is_cuda or INTERPRETED):
        raise ValueError(f"the Triton scan runs on a GPU, not on {u_LBGE.device}: use 'chunked'")
    given = (u_LBGE, delta_LBGE, A_GSE, B_LBGS, C_LBGS, D_GE, z_LBGE, bias_GE)
    return cast(Tensor, _Scan.apply(*given))


class _Scan(torch.autograd.Function):
    """What `triton_scan` says."""

    @staticmethod
    def forward(ctx: Any, *inputs: Any) -> Tensor:
        u, delta, given_A, B, C, given_D, z, given_bias = inputs
        dtype = torch.promote_types(torch.float32, given_A.dtype)
        A, D, bias = (x.to(dtype).contiguous() for x in (given_A, given_D, given_bias))
        ends = tuple(x.permute(1, 2, 0, 3).contiguous() for x in (B, C))
        keep = any(ctx.needs_input_grad)
        span = max(1, math.isqrt(len(u)))
        spans = -(-len(u) // span) if keep else 0
        kept = A.new_empty(spans, u.shape[1], *A.shape)
        out = _like(u)
        given = (u, delta, A, *ends, D, u if z is None else z, bias)
        sizes = _sizes(A)
        with _on(u):
            KERNELS.forward[_grid(u, sizes)](
                *given, out, kept, len(u), span, *u.shape[1:], A.shape[1],
                *_strides(u, delta, given[6], out),
                GATED=z is not None, KEEP=keep, **sizes, **LAUNCH,
            )  # fmt: skip
        ctx.save_for_backward(*given, kept)
        ctx.gated, ctx.span = z is not None, span
        return out

    @staticmethod
    @once_differentiable
    def backward(  # pyright: ignore[reportIncompatibleMethodOverride]
        ctx: Any, *grad_outputs: Tensor
    ) -> tuple[Tensor | None, ...]:
        *given, kept = ctx.saved_tensors
        u, delta, A, B, _, D, z, _ = given
        grad = grad_outputs[0] if _by_channel(grad_outputs[0]) else grad_outputs[0].contiguous()
        sizes, batch = _sizes(A), u.shape[1]
        blocks = _grid(u, sizes)[0] // (batch * len(A))
        shares = [A.new_empty(batch, *x.shape) for x in (A, D, D)]
        ends = [A.new_empty(blocks, *B.shape) for _ in range(2)]
        du, ddelta = _like(u), _like(delta)
        dz = _like(z) if ctx.gated else du
        with _on(u):
            KERNELS.backward[_grid(u, sizes)](
                *given, kept, grad, A.new_empty(batch, len(A), ctx.span, *A.shape[1:]),
                du, ddelta, shares[0], *ends, shares[1], dz, shares[2],
                len(u), ctx.span, len(kept), *u.shape[1:], A.shape[1],
                *_strides(u, delta, z, grad, du, ddelta, dz),
                GATED=ctx.gated, **sizes, **LAUNCH,
            )  # fmt: skip
        dA, dD, dbias = (share.sum(0) for share in shares)
        dB, dC = (share.sum(0).permute(2, 0, 1, 3) for share in ends)
        return du, ddelta, dA, dB, dC, dD, dz if ctx.gated else None, dbias


def _sizes(A_GSE: Tensor) -> dict[str, int]:
    """Of a program's tile, powers of two as Triton wants them."""
    state, channels = A_GSE.shape[1:]
    return {"STATES": _power(state), "CHANNELS": min(CHANNELS, _power(channels))}


def _power(size: int) -> int:
    return 1 << (size - 1).bit_length()


def _grid(u_LBGE: Tensor, sizes: dict[str, int]) -> tuple[int]:
    """Programs: rows, groups, blocks of channels."""
    _, batch, groups, channels = u_LBGE.shape
    return (batch * groups * -(-channels // sizes["CHANNELS"]),)


def _strides(*tensors: Tensor) -> list[int]:
    """From step to step and from row to row, of each."""
    return [stride for x in tensors for stride in x.stride()[:2]]


def _like(x_LBGE: Tensor) -> Tensor:
    """Room for as much, in its memory layout if that is one that the kernels write."""
    empty = torch.empty_like(x_LBGE)
    return empty if _by_channel(empty) else empty.contiguous()


def _by_channel(x_LBGE: Tensor) -> bool:
    """Whether channels lie side by side, group after group."""
    channels = x_LBGE.shape[3]
    return x_LBGE.stride(3) == 1 and (x_LBGE.shape[2] == 1 or x_LBGE.stride(2) == channels)


def _on(x: Tensor) -> AbstractContextManager[Any]:
    """Triton launches on the current device."""
    return torch.cuda.device(x.device) if x.is_cuda else nullcontext()
