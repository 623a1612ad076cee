"""The selective scan in plain PyTorch, a chunk of steps at a time (VideoMamba's mixer, §4.1).

The state is fp32 whatever the inputs are (fp64 if they are). The states of a chunk are made at once
but for one multiply-add a step, in buffers that are used again for every chunk, so memory does not
grow with the number of chunks. For the gradient, one state in about sqrt(L) is kept and the others
are made again. Nothing is ever divided by a product of decays, which would underflow.

Shapes: B batch, G groups (directions) of E channels each, L steps, S state, N steps of a span.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn.functional import silu, softplus

CHUNK_FLOATS = {"cpu": 160_000}
"""Floats in a chunk's buffer: on a CPU two buffers stay in its cache (docs/models.md)."""
CHUNK_FLOATS_ELSEWHERE = 1 << 24
ROWS_FLOATS = 640_000
"""On a CPU, rows of the batch go through all steps together while their states are so few."""
UNKEPT_SPAN = 64  # steps that are converted at once where no gradient is wanted
FEWEST_STEPS = 8  # whose states count for that where no gradient is wanted
LOWEST = -87.0  # exp of less is no normal float, and takes a CPU ten times as long
SAFE = 80.0  # exp of it does not overflow


def chunked_scan(
    u_LBGE: Tensor,
    delta_LBGE: Tensor,
    A_GSE: Tensor,
    B_LBGS: Tensor,
    C_LBGS: Tensor,
    D_GE: Tensor,
    z_LBGE: Tensor | None,
    bias_GE: Tensor,
) -> Tensor:
    """(L, B, G, E) in u's dtype and memory layout, with gradients for all arguments."""
    given = (u_LBGE, delta_LBGE, A_GSE, B_LBGS, C_LBGS, D_GE, z_LBGE, bias_GE)
    return cast(Tensor, _Scan.apply(*given))


class _Scan(torch.autograd.Function):
    """What `chunked_scan` says."""

    @staticmethod
    def forward(ctx: Any, *inputs: Any) -> Tensor:
        with torch.autocast(inputs[0].device.type, enabled=False):
            out, kept = _run(inputs, keep=any(ctx.needs_input_grad))
        ctx.save_for_backward(*inputs, kept)
        return out

    @staticmethod
    @once_differentiable
    def backward(  # pyright: ignore[reportIncompatibleMethodOverride]
        ctx: Any, *grad_outputs: Tensor
    ) -> tuple[Tensor | None, ...]:
        (grad,) = grad_outputs
        *inputs, kept = ctx.saved_tensors  # asked for once: checkpoints allow no more
        into = _Into.of(inputs, kept.dtype)
        # Inference mode: a third of a small call's cost is what autograd would note of it.
        with torch.autocast(grad.device.type, enabled=False), torch.inference_mode():
            for rows in _rows(inputs, _span(len(grad))):
                back = _Back(_of(inputs, rows), into.rows(rows), kept.dtype)
                back.all(kept[:, rows], grad[:, rows])
        return tuple(into)


def _run(inputs: tuple[Any, ...], keep: bool) -> tuple[Tensor, Tensor]:
    """The output, (L, B, G, E), and the states before all spans (spans, B, G, S, E), if kept."""
    u, A = inputs[0], inputs[2]
    spans = list(_spans(len(u), _span(len(u)) if keep else UNKEPT_SPAN))
    dtype = torch.promote_types(torch.float32, A.dtype)
    kept = A.new_empty((len(spans) if keep else 0, u.shape[1], *A.shape), dtype=dtype)
    out = torch.empty_like(u)
    with torch.inference_mode():
        for rows in _rows(inputs, FEWEST_STEPS):
            _run_rows(_of(inputs, rows), spans, out[:, rows], kept[:, rows])
    return out, kept


def _span(length: int) -> int:
    """Steps of which the first one's state is kept: sqrt(length) needs least memory."""
    return max(1, math.isqrt(length))


def _spans(length: int, span: int) -> Iterator[tuple[int, int]]:
    for start in range(0, length, span):
        yield start, min(length, start + span)


def _rows(inputs: Any, steps: int) -> Iterator[slice]:
    """Of the batch, so many at once that the states of so many steps are few; elsewhere all."""
    (_, batch, groups, channels), state = inputs[0].shape, inputs[2].shape[1]
    several = batch
    if inputs[0].device.type == "cpu":
        several = max(1, ROWS_FLOATS // (steps * groups * channels * state))
    for row in range(0, batch, several):
        yield slice(row, row + several)


def _of(inputs: Any, rows: slice) -> tuple[Any, ...]:
    """These rows' part of the arguments."""
    u, delta, A, B, C, D, z, bias = inputs
    own = None if z is None else z[:, rows]
    return u[:, rows], delta[:, rows], A, B[:, rows], C[:, rows], D, own, bias


def _steps(states_of_one: int, device: torch.device) -> int:
    """How many steps a chunk has."""
    floats = CHUNK_FLOATS.get(device.type, CHUNK_FLOATS_ELSEWHERE)
    return min(64, max(1, floats // states_of_one))


def _run_rows(
    inputs: tuple[Any, ...], spans: list[tuple[int, int]], out: Tensor, kept: Tensor
) -> None:
    """Into out and, if it has room for them, into kept."""
    given, D = _Given(inputs, kept.dtype), inputs[5].to(kept.dtype)
    chunk = _Chunk(_steps(out[0].numel() * given.A.shape[1], out.device), out.shape[1], given.A)
    last = torch.zeros_like(chunk.h[0])
    for number, (start, end) in enumerate(spans):
        if len(kept):
            kept[number] = last
        span = _Span(start, end, given)
        y = torch.empty(span.u.shape, dtype=kept.dtype, device=out.device)
        for piece, y_piece in span.pieces(y, chunk.steps):
            last.copy_(chunk.fill(piece, last, span.lowest)[-1])
            torch.bmm(piece.C, chunk.flat[: len(piece.C)], out=y_piece)
        y.addcmul_(span.u, D)
        if span.z is None:
            out[start:end] = y
        else:
            torch.mul(y, silu(span.z), out=out[start:end])


class _Given:
    """The arguments, those without steps in the state's dtype. lowest: of A."""

    def __init__(self, inputs: tuple[Any, ...], dtype: torch.dtype) -> None:
        self.u, self.delta, A, self.B, self.C, _, self.z, bias = inputs
        self.A: Tensor = A.to(dtype).contiguous()
        self.bias: Tensor = bias.to(dtype)
        self.lowest = float(self.A.min()) if self.A.device.type == "cpu" else 0.0


class _Span:
    """Some steps of the inputs as the scan uses them: in the state's dtype, delta through softplus.

    Everything is (N, B, G, E) or (N, B, G, S). lowest: no exponent of a decay is less.
    """

    def __init__(self, start: int, end: int, given: _Given) -> None:
        def taken(x: Tensor) -> Tensor:
            return x[start:end].to(given.A.dtype)

        self.u = taken(given.u)
        self.B, self.C = taken(given.B).contiguous(), taken(given.C).contiguous()
        self.raw = taken(given.delta) + given.bias
        self.delta, self.lowest = _softplus(self.raw, given.lowest)
        self.x = self.delta * self.u
        self.z: Tensor | None = None if given.z is None else taken(given.z)

    def pieces(self, y: Tensor, steps: int) -> Iterator[tuple[_Piece, Tensor]]:
        """Pieces of so many steps, the last may be shorter, and their places in y (N, B, G, E)."""
        rows = steps * y.shape[1] * y.shape[2]
        pieces = map(
            _Piece,
            self.delta.unsqueeze(3).split(steps),
            self.x.unsqueeze(3).split(steps),
            self.B.unsqueeze(4).split(steps),
            self.C.view(-1, 1, self.C.shape[3]).split(rows),
        )
        return zip(pieces, y.view(-1, 1, y.shape[3]).split(rows), strict=True)


class _Piece(NamedTuple):
    """delta and delta u as (n, B, G, 1, E), B as (n, B, G, S, 1), C as (n B G, 1, S)."""

    delta: Tensor
    x: Tensor
    B: Tensor
    C: Tensor


class _Chunk:
    """Buffers of the decays and the states of some steps, (n, B, G, S, E), used again and again."""

    def __init__(self, steps: int, batch: int, A_GSE: Tensor) -> None:
        self.A, self.steps = A_GSE, steps
        self.decay = A_GSE.new_empty(steps, batch, *A_GSE.shape)
        self.h = torch.empty_like(self.decay)
        self.flat = self.h.flatten(0, 2)
        self._each = list(zip(self.decay.unbind(), self.h.unbind(), strict=True))

    def fill(self, piece: _Piece, before: Tensor, lowest: float) -> Tensor:
        """The states of the piece's steps; before: the state before them, (B, G, S, E)."""
        steps = len(piece.delta)
        decay, h = self.decay[:steps], self.h[:steps]
        torch.mul(piece.delta, self.A, out=decay)
        if lowest < LOWEST:
            decay.clamp_(min=LOWEST)
        decay.exp_()
        torch.mul(piece.B, piece.x, out=h)
        for decay_t, h_t in self._each[:steps]:
            before = h_t.addcmul_(decay_t, before)
        return h


class _Into(NamedTuple):
    """The gradients, in the order of the arguments. Those that are sums are in the state's dtype;
    autograd gives them the arguments' own.
    """

    u: Tensor
    delta: Tensor
    A: Tensor
    B: Tensor
    C: Tensor
    D: Tensor
    z: Tensor | None
    bias: Tensor

    @classmethod
    def of(cls, inputs: Any, dtype: torch.dtype) -> _Into:
        """With room for all, sums at 0."""
        u, delta, A, B, C, D, z, bias = inputs
        du, ddelta, dB, dC = (torch.empty_like(x) for x in (u, delta, B, C))
        dA, dD, dbias = (torch.zeros_like(x, dtype=dtype) for x in (A, D, bias))
        return cls(du, ddelta, dA, dB, dC, dD, None if z is None else torch.empty_like(z), dbias)

    def rows(self, rows: slice) -> _Into:
        """Where those of these rows go."""
        return _Into(*_of(self, rows))


class _Back:
    """The way back through some rows of the batch."""

    def __init__(self, inputs: tuple[Any, ...], into: _Into, dtype: torch.dtype) -> None:
        self.given, self.into = _Given(inputs, dtype), into
        self.D = inputs[5].to(dtype)

    def all(self, kept: Tensor, grad: Tensor) -> None:
        """From the last span to the first. kept: (spans, B, G, S, E); grad: of the output."""
        carry = torch.zeros_like(kept[0])  # the gradient of the state after a span
        span = _span(len(grad))
        chunk = _Chunk(span, len(carry), self.given.A)
        spans = list(_spans(len(grad), span))
        for (start, end), before in reversed(list(zip(spans, kept, strict=True))):
            self._through(start, end, before, grad[start:end].to(kept.dtype), chunk, carry)

    def _through(
        self, start: int, end: int, before: Tensor, dy: Tensor, chunk: _Chunk, carry: Tensor
    ) -> None:
        """A span. before: the state before it; dy: the gradient of its output."""
        span, into = _Span(start, end, self.given), self.into
        y = torch.empty(span.u.shape, dtype=dy.dtype, device=dy.device)
        ((piece, y_piece),) = span.pieces(y, end - start)
        h, decay = chunk.fill(piece, before, span.lowest), chunk.decay[: end - start]
        if into.z is not None and span.z is not None:
            torch.bmm(piece.C, h.flatten(0, 2), out=y_piece)
            dy, into.z[start:end] = _through_gate(dy, span.z, y.addcmul_(span.u, self.D))
        into.C[start:end] = (h @ dy[..., None]).squeeze(-1)
        dh = span.C[..., None] * dy[:, :, :, None]
        _back_in_time(dh, decay, carry)
        into.B[start:end] = (dh @ span.x[..., None]).squeeze(-1)
        dx = (span.B[:, :, :, None] @ dh).squeeze(3)
        power = _of_exponent(dh, decay, h, before)
        draw = torch.mul(power, self.given.A, out=h).sum(3) + dx * span.u
        draw *= torch.sigmoid(span.raw)
        into.delta[start:end] = draw
        into.u[start:end] = dy * self.D + dx * span.delta
        into.A.add_(power.mul_(span.delta[:, :, :, None]).sum((0, 1)))
        into.D.add_((dy * span.u).sum((0, 1)))
        into.bias.add_(draw.sum((0, 1)))


def _softplus(raw: Tensor, lowest_A: float) -> tuple[Tensor, float]:
    """And what its products with A are not below. On a CPU by functions that are fast there."""
    if raw.device.type != "cpu":
        return softplus(raw), 0.0
    most = float(raw.amax())
    delta = raw.exp().log1p_() if most < SAFE else softplus(raw)
    return delta, (max(most, 0.0) + math.log(2.0)) * lowest_A


def _back_in_time(dh: Tensor, decay: Tensor, carry: Tensor) -> None:
    """Add to each state's gradient what the states after it hand back, and carry on."""
    dh[-1] += carry
    each, decays = dh.unbind(), decay.unbind()
    for t in range(len(each) - 2, -1, -1):
        each[t].addcmul_(decays[t + 1], each[t + 1])
    torch.mul(decays[0], each[0], out=carry)


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
