"""The selective scan of Mamba, chunked, in plain PyTorch (VideoMamba's mixer, §4.1).

After "Mamba: Linear-Time Sequence Modeling with Selective State Spaces" (arXiv 2312.00752), whose
kernel (`mamba-ssm`, Apache-2.0) serves in its place where it is installed:

    delta_t = softplus(delta_t + bias)
    h_t[e, s] = exp(delta_t[e] A[e, s]) h_{t-1}[e, s] + delta_t[e] u_t[e] B_t[s],    h_{-1} = 0
    y_t[e] = (sum_s h_t[e, s] C_t[s] + D[e] u_t[e]) SiLU(z_t[e])

The state is fp32 whatever the inputs are (fp64 if they are). The states of a chunk are made at once
but for one multiply-add a step, in buffers that are used again for every chunk, so memory does not
grow with the number of chunks. For the gradient, one state in about sqrt(L) is kept and the others
are made again. Nothing is ever divided by a product of decays, which would underflow.

Shapes: B batch, G groups (directions) of E channels each, L steps, S state.
"""

from __future__ import annotations

import functools
import importlib
import math
from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple, cast

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn.functional import silu, softplus

Using = Literal["auto", "chunked", "kernel"]
CHUNK_FLOATS = {"cpu": 160_000}
"""Floats in a chunk's buffer: on a CPU two buffers stay in its cache (docs/models.md)."""
CHUNK_FLOATS_ELSEWHERE = 1 << 24
UNKEPT_SPAN = 64  # steps that are converted at once where no gradient is wanted


def selective_scan(
    u_BEL: Tensor,
    delta_BEL: Tensor,
    A_ES: Tensor,
    B_BGSL: Tensor,
    C_BGSL: Tensor,
    D_E: Tensor | None = None,
    z_BEL: Tensor | None = None,
    bias_E: Tensor | None = None,
    *,
    using: Using = "auto",
) -> Tensor:
    """What the scan makes of u, (B, E, L) in u's dtype, with gradients for all arguments.

    B and C are (B, S, L), or (B, G, S, L): then channel e belongs to group e // (E / G). delta is
    what softplus has not seen yet. D, z and bias may be left out. Fastest where the memory of u,
    delta and z lies as (B, L, E). using: `auto` takes mamba-ssm's kernel on a GPU if it is there,
    `kernel` insists on it (ImportError). No second derivatives.
    """
    if using == "kernel" or (using == "auto" and u_BEL.is_cuda and kernel() is not None):
        return _by_kernel(u_BEL, delta_BEL, A_ES, B_BGSL, C_BGSL, D_E, z_BEL, bias_E)
    if B_BGSL.dim() == 3:
        one_B, one_C = B_BGSL[:, None], C_BGSL[:, None]
        return selective_scan(u_BEL, delta_BEL, A_ES, one_B, one_C, D_E, z_BEL, bias_E, using=using)
    groups = B_BGSL.shape[1]
    zeros_E = A_ES.new_zeros(len(A_ES))
    out_LBGE = cast(
        Tensor,
        _Scan.apply(
            _time_first(u_BEL, groups),
            _time_first(delta_BEL, groups),
            A_ES.unflatten(0, (groups, -1)).transpose(1, 2),
            B_BGSL.permute(3, 0, 1, 2),
            C_BGSL.permute(3, 0, 1, 2),
            (zeros_E if D_E is None else D_E).unflatten(0, (groups, -1)),
            None if z_BEL is None else _time_first(z_BEL, groups),
            (zeros_E if bias_E is None else bias_E).unflatten(0, (groups, -1)),
        ),
    )
    return out_LBGE.flatten(2).permute(1, 2, 0)


@functools.cache
def kernel() -> Callable[..., Tensor] | None:
    """`selective_scan_fn` of mamba-ssm, if it is installed with its compiled part; or None."""
    try:
        module = importlib.import_module("mamba_ssm.ops.selective_scan_interface")
    except ImportError:
        return None
    compiled = getattr(module, "selective_scan_cuda", None)  # newer ones may lack it and still load
    return None if compiled is None else cast("Callable[..., Tensor]", module.selective_scan_fn)


def _by_kernel(
    u: Tensor, delta: Tensor, A: Tensor, B: Tensor, C: Tensor, D: Any, z: Any, bias: Any
) -> Tensor:
    scan = kernel()
    if scan is None:
        raise ImportError(
            "mamba-ssm's compiled kernel is not installed: MAMBA_KEEP_CUDA_BUILD=TRUE pip install "
            "mamba-ssm --no-build-isolation, or use the chunked scan"
        )
    skip, offset = (None if x is None else x.float() for x in (D, bias))
    return scan(u, delta, A.float(), B, C, D=skip, z=z, delta_bias=offset, delta_softplus=True)


def _time_first(x_BEL: Tensor, groups: int) -> Tensor:
    """(L, B, G, E / G), rows of channels in one piece."""
    x_LBE = x_BEL.permute(2, 0, 1)
    return (x_LBE if x_LBE.stride(-1) == 1 else x_LBE.contiguous()).unflatten(2, (groups, -1))


def _steps(states_of_one: int, device: torch.device) -> int:
    """How many steps a chunk has."""
    floats = CHUNK_FLOATS.get(device.type, CHUNK_FLOATS_ELSEWHERE)
    return min(64, max(1, floats // states_of_one))


def _spans(length: int, span: int = 0) -> Iterator[tuple[int, int]]:
    """Spans of about sqrt(length) steps: fewest states in memory if one is kept for each."""
    span = span or max(1, math.isqrt(length))
    for start in range(0, length, span):
        yield start, min(length, start + span)


class _Scan(torch.autograd.Function):
    """u, delta, z (L, B, G, E), A (G, S, E), B, C (L, B, G, S), D, bias (G, E)."""

    @staticmethod
    def forward(ctx: Any, *inputs: Any) -> Tensor:
        with torch.autocast(inputs[0].device.type, enabled=False):
            out, kept = _run(inputs, keep=any(ctx.needs_input_grad))
        ctx.save_for_backward(*inputs, *kept)
        return out

    @staticmethod
    @once_differentiable
    def backward(  # pyright: ignore[reportIncompatibleMethodOverride]
        ctx: Any, *grad_outputs: Tensor
    ) -> tuple[Tensor | None, ...]:
        (grad,) = grad_outputs
        saved = ctx.saved_tensors  # asked for once: checkpoints allow no more
        inputs, kept = saved[:8], saved[8:]
        with torch.autocast(grad.device.type, enabled=False):
            found = _Gradients(inputs, torch.zeros_like(kept[0]))
            for (start, end), before in reversed(list(zip(_spans(len(grad)), kept, strict=True))):
                found.add(start, end, before, grad[start:end].to(before.dtype))
        return found.all()


def _run(inputs: tuple[Any, ...], keep: bool) -> tuple[Tensor, list[Tensor]]:
    """The scan's output, (L, B, G, E), and the state before each span, if it is to be kept."""
    u, _, given_A, _, _, given_D, _, _ = inputs
    dtype = torch.promote_types(torch.float32, given_A.dtype)
    A, D = given_A.to(dtype).contiguous(), given_D.to(dtype)
    steps = _steps(u[0].numel() * A.shape[1], u.device)
    chunk = _Chunk(steps, u.shape[1], A)
    last, out = torch.zeros_like(chunk.h[0]), torch.empty_like(u)
    kept: list[Tensor] = []
    for start, end in _spans(len(u), 0 if keep else UNKEPT_SPAN):
        if keep:
            kept.append(last.clone())
        span = _Span(start, end, dtype, inputs)
        y = torch.empty_like(span.u)
        for piece, y_piece in zip(span.pieces(steps), y.split(steps), strict=True):
            last.copy_(chunk.fill(piece, last)[-1])
            chunk.read(piece, y_piece)
        y.addcmul_(span.u, D)
        out[start:end] = y if span.z is None else y.mul_(silu(span.z))
    return out, kept


class _Span:
    """Some steps of the inputs as the scan uses them: in the state's dtype, delta through softplus.

    Everything is (n, B, G, E) or (n, B, G, S).
    """

    def __init__(self, start: int, end: int, dtype: torch.dtype, inputs: tuple[Any, ...]) -> None:
        u, delta, _, B, C, _, z, bias = inputs
        self.u, self.B, self.C = (x[start:end].to(dtype).contiguous() for x in (u, B, C))
        self.raw = delta[start:end].to(dtype) + bias.to(dtype)
        self.delta = softplus(self.raw)
        self.x = self.delta * self.u
        self.z: Tensor | None = None if z is None else z[start:end].to(dtype)

    def pieces(self, steps: int) -> Iterator[_Piece]:
        """Pieces of so many steps, the last may be shorter."""
        return map(
            _Piece,
            self.delta.unsqueeze(3).split(steps),
            self.x.unsqueeze(3).split(steps),
            self.B.unsqueeze(4).split(steps),
            self.C.split(steps),
        )


class _Piece(NamedTuple):
    """delta and delta u as (n, B, G, 1, E), B as (n, B, G, S, 1), C as (n, B, G, S)."""

    delta: Tensor
    x: Tensor
    B: Tensor
    C: Tensor


class _Chunk:
    """Buffers of the decays and the states of some steps, (n, B, G, S, E), used again and again."""

    def __init__(self, steps: int, batch: int, A_GSE: Tensor) -> None:
        self.A = A_GSE
        self.decay = A_GSE.new_empty(steps, batch, *A_GSE.shape)
        self.h = torch.empty_like(self.decay)
        self._each = list(zip(self.decay.unbind(), self.h.unbind(), strict=True))

    def fill(self, piece: _Piece, before: Tensor) -> Tensor:
        """The states of the piece's steps; before: the state before them, (B, G, S, E)."""
        steps = len(piece.delta)
        decay, h = self.decay[:steps], self.h[:steps]
        torch.mul(piece.delta, self.A, out=decay)
        decay.exp_()
        torch.mul(piece.B, piece.x, out=h)
        for decay_t, h_t in self._each[:steps]:
            before = h_t.addcmul_(decay_t, before)
        return h

    def read(self, piece: _Piece, out: Tensor) -> Tensor:
        """The sums over the states that were filled in last, into out (n, B, G, E)."""
        h = self.h[: len(out)].flatten(0, 2)
        torch.bmm(piece.C.view(len(h), 1, -1), h, out=out.view(len(h), 1, -1))
        return out


class _Gradients:
    """Gradients of all arguments, from the last span to the first."""

    def __init__(self, inputs: tuple[Any, ...], carry: Tensor) -> None:
        u, delta, A, B, C, D, z, _ = inputs
        self.inputs, self.carry = inputs, carry  # carry: the gradient of the state after a span
        self.A, self.D = A.to(carry.dtype).contiguous(), D.to(carry.dtype)
        self.du, self.ddelta, self.dB, self.dC = (torch.empty_like(x) for x in (u, delta, B, C))
        self.dz: Tensor | None = None if z is None else torch.empty_like(z)
        self.dA, self.dD = torch.zeros_like(self.A), torch.zeros_like(self.D)
        self.dbias = torch.zeros_like(self.D)

    def add(self, start: int, end: int, before: Tensor, dy: Tensor) -> None:
        """A span's share. before: the state before it; dy: the gradient of its output."""
        span = _Span(start, end, before.dtype, self.inputs)
        chunk, (piece,) = _Chunk(end - start, len(before), self.A), span.pieces(end - start)
        h, decay = chunk.fill(piece, before), chunk.decay
        if self.dz is not None and span.z is not None:
            y = chunk.read(piece, torch.empty_like(span.u)).addcmul_(span.u, self.D)
            dy, self.dz[start:end] = _through_gate(dy, span.z, y)
        self.dC[start:end] = (h @ dy[..., None]).squeeze(-1)
        dh = span.C[..., None] * dy[:, :, :, None]
        self._back_in_time(dh, decay)
        self.dB[start:end] = (dh @ span.x[..., None]).squeeze(-1)
        dx = (span.B[:, :, :, None] @ dh).squeeze(3)
        power = _of_exponent(dh, decay, h, before)
        draw = (torch.mul(power, self.A, out=h).sum(3) + dx * span.u) * torch.sigmoid(span.raw)
        self.ddelta[start:end] = draw
        self.du[start:end] = dy * self.D + dx * span.delta
        self.dA += power.mul_(span.delta[:, :, :, None]).sum((0, 1))
        self.dD += (dy * span.u).sum((0, 1))
        self.dbias += draw.sum((0, 1))

    def _back_in_time(self, dh: Tensor, decay: Tensor) -> None:
        """Add to each state's gradient what the states after it hand back."""
        dh[-1] += self.carry
        for t in range(len(dh) - 2, -1, -1):
            dh[t].addcmul_(decay[t + 1], dh[t + 1])
        torch.mul(decay[0], dh[0], out=self.carry)

    def all(self) -> tuple[Tensor | None, ...]:
        """In the order of the arguments."""
        return (self.du, self.ddelta, self.dA, self.dB, self.dC, self.dD, self.dz, self.dbias)


def _through_gate(dout: Tensor, z: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """The gradients of y and of z, of y SiLU(z)."""
    gate = torch.sigmoid(z)
    return dout * z * gate, dout * y * gate * (1 + z * (1 - gate))


def _of_exponent(dh: Tensor, decay: Tensor, h: Tensor, before: Tensor) -> Tensor:
    """The gradient of delta A, from those of the states; it is written over the decays."""
    decay *= dh
    decay[1:] *= h[:-1]
    decay[0] *= before
    return decay
