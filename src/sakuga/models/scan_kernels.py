"""The selective scan's kernels in Triton, forwards and backwards (VideoMamba's mixer, §4.1).

A program takes one row of the batch and some channels of one group through all steps; their
states stay in registers, S along the registers of a thread and the channels along the threads. The
way back starts from the states that were kept, one in `span` steps, writes those between into
`scratch`, and sums nothing across programs: each writes its own share, and PyTorch sums them, so
the same input gives the same gradient every time.

The state's dtype is A's. u, delta, z, out and their gradients are (L, B, G E) with any steps and
rows, channels side by side; A is (G, S, E), B and C (B, G, L, S), D and bias (G, E), all in one
piece.
"""

# pyright: basic, reportMissingImports=false
# Triton compiles this file's functions; to Python their types are unknown.

import triton
import triton.language as tl


@triton.jit
def _log_of_one_and(e):
    """log(1 + e) for e >= 0, exact where 1 + e rounds."""
    one = 1.0 + e
    none = one == 1.0
    return tl.where(none, e, tl.log(one) * (e / tl.where(none, 1.0, one - 1.0)))


@triton.jit
def _softplus(x):
    return tl.where(x > 20.0, x, _log_of_one_and(tl.exp(tl.minimum(x, 20.0))))


@triton.jit
def _sigmoid(x):
    e = tl.exp(-tl.abs(x))
    return tl.where(x >= 0.0, 1.0, e) / (1.0 + e)


@triton.jit
def forward(
    u, delta, A, B, C, D, z, bias, out, kept,
    length, span, batch, groups, channels, state,
    u_step, u_row, delta_step, delta_row, z_step, z_row, out_step, out_row,
    GATED: tl.constexpr, KEEP: tl.constexpr, STATES: tl.constexpr, CHANNELS: tl.constexpr,
):  # fmt: skip
    """out, and into kept (spans, B, G, S, E) the state before every span."""
    blocks = (channels + CHANNELS - 1) // CHANNELS
    place = tl.program_id(0).to(tl.int64)
    group = (place // blocks) % groups
    row = place // (blocks * groups)
    e = (place % blocks) * CHANNELS + tl.arange(0, CHANNELS)
    s = tl.arange(0, STATES)
    here, there = e < channels, s < state
    both = there[:, None] & here[None, :]
    tile = s[:, None] * channels + e[None, :]
    channel = group * channels + e
    decays = tl.load(A + group * state * channels + tile, mask=both, other=0.0)
    wide = decays.dtype
    skip = tl.load(D + channel, mask=here, other=0.0).to(wide)
    offset = tl.load(bias + channel, mask=here, other=0.0).to(wide)
    ends = (row * groups + group) * length * state + s
    h = tl.full((STATES, CHANNELS), 0.0, wide)
    for t in range(length):
        if KEEP:  # noqa: SIM102 - it is known when this is compiled, the rest is not
            if t % span == 0:
                first = (((t // span) * batch + row) * groups + group) * state * channels
                tl.store(kept + first + tile, h, mask=both)
        at = tl.full((), t, tl.int64)
        step = delta + at * delta_step + row * delta_row + channel
        d = _softplus(tl.load(step, mask=here, other=0.0).to(wide) + offset)
        x = tl.load(u + at * u_step + row * u_row + channel, mask=here, other=0.0).to(wide)
        into = tl.load(B + ends + at * state, mask=there, other=0.0).to(wide)
        read = tl.load(C + ends + at * state, mask=there, other=0.0).to(wide)
        h = tl.exp(d[None, :] * decays) * h + into[:, None] * (d * x)[None, :]
        y = tl.sum(h * read[:, None], 0) + skip * x
        if GATED:
            gate = tl.load(z + at * z_step + row * z_row + channel, mask=here, other=0.0).to(wide)
            y = y * gate * _sigmoid(gate)
        tl.store(out + at * out_step + row * out_row + channel, y, mask=here)


@triton.jit
def backward(
    u, delta, A, B, C, D, z, bias, kept, grad, scratch,
    du, ddelta, dA, dB, dC, dD, dz, dbias,
    length, span, spans, batch, groups, channels, state,
    u_step, u_row, delta_step, delta_row, z_step, z_row, grad_step, grad_row,
    du_step, du_row, ddelta_step, ddelta_row, dz_step, dz_row,
    GATED: tl.constexpr, STATES: tl.constexpr, CHANNELS: tl.constexpr,
):  # fmt: skip
    """Gradients; dA (B, G, S, E), dD and dbias (B, G, E) are each row's share, dB and dC (blocks,
    B, G, L, S) each block of channels'. scratch: (B, G, span, S, E).
    """
    blocks = (channels + CHANNELS - 1) // CHANNELS
    place = tl.program_id(0).to(tl.int64)
    block, group = place % blocks, (place // blocks) % groups
    row = place // (blocks * groups)
    e = block * CHANNELS + tl.arange(0, CHANNELS)
    s = tl.arange(0, STATES)
    here, there = e < channels, s < state
    both = there[:, None] & here[None, :]
    tile = s[:, None] * channels + e[None, :]
    channel = group * channels + e
    own = row * groups + group
    decays = tl.load(A + group * state * channels + tile, mask=both, other=0.0)
    wide = decays.dtype
    skip = tl.load(D + channel, mask=here, other=0.0).to(wide)
    offset = tl.load(bias + channel, mask=here, other=0.0).to(wide)
    ends = own * length * state + s
    share = (block * batch * groups + own) * length * state + s
    carry = tl.full((STATES, CHANNELS), 0.0, wide)
    of_A = tl.full((STATES, CHANNELS), 0.0, wide)
    of_D = tl.full((CHANNELS,), 0.0, wide)
    of_bias = tl.full((CHANNELS,), 0.0, wide)
    for passed in range(spans):
        number = spans - 1 - passed
        start = number * span
        steps = tl.minimum(span, length - start)
        first = tl.full((), number, tl.int64) * batch * groups + own
        h = tl.load(kept + first * state * channels + tile, mask=both, other=0.0)
        for i in range(steps):
            tl.store(scratch + (own * span + i) * state * channels + tile, h, mask=both)
            at = tl.full((), start + i, tl.int64)
            step = delta + at * delta_step + row * delta_row + channel
            d = _softplus(tl.load(step, mask=here, other=0.0).to(wide) + offset)
            x = tl.load(u + at * u_step + row * u_row + channel, mask=here, other=0.0).to(wide)
            into = tl.load(B + ends + at * state, mask=there, other=0.0).to(wide)
            h = tl.exp(d[None, :] * decays) * h + into[:, None] * (d * x)[None, :]
        tl.debug_barrier()  # other threads may read what these have written
        for i in range(steps):
            j = steps - 1 - i
            at = tl.full((), start + j, tl.int64)
            before = tl.load(
                scratch + (own * span + j) * state * channels + tile, mask=both, other=0.0
            )
            step = delta + at * delta_step + row * delta_row + channel
            raw = tl.load(step, mask=here, other=0.0).to(wide) + offset
            d = _softplus(raw)
            x = tl.load(u + at * u_step + row * u_row + channel, mask=here, other=0.0).to(wide)
            into = tl.load(B + ends + at * state, mask=there, other=0.0).to(wide)
            read = tl.load(C + ends + at * state, mask=there, other=0.0).to(wide)
            dy = tl.load(grad + at * grad_step + row * grad_row + channel, mask=here, other=0.0)
            dy = dy.to(wide)
            decay = tl.exp(d[None, :] * decays)
            h = decay * before + into[:, None] * (d * x)[None, :]
            if GATED:
                y = tl.sum(h * read[:, None], 0) + skip * x
                gate = tl.load(z + at * z_step + row * z_row + channel, mask=here, other=0.0)
                gate = gate.to(wide)
                open_ = _sigmoid(gate)
                of_z = dy * y * open_ * (1.0 + gate * (1.0 - open_))
                tl.store(dz + at * dz_step + row * dz_row + channel, of_z, mask=here)
                dy = dy * gate * open_
            dh = read[:, None] * dy[None, :] + carry
            of_C = tl.sum(h * dy[None, :], 1)
            of_B = tl.sum(dh * (d * x)[None, :], 1)
            tl.store(dC + share + at * state, of_C, mask=there)
            tl.store(dB + share + at * state, of_B, mask=there)
            dx = tl.sum(dh * into[:, None], 0)
            carry = dh * decay
            power = carry * before
            draw = (tl.sum(power * decays, 0) + dx * x) * _sigmoid(raw)
            tl.store(ddelta + at * ddelta_step + row * ddelta_row + channel, draw, mask=here)
            tl.store(du + at * du_step + row * du_row + channel, dy * skip + dx * d, mask=here)
            of_A += power * d[None, :]
            of_D += dy * x
            of_bias += draw
        tl.debug_barrier()  # the next span writes where this one is read
    tl.store(dA + own * state * channels + tile, of_A, mask=both)
    tl.store(dD + row * groups * channels + channel, of_D, mask=here)
    tl.store(dbias + row * groups * channels + channel, of_bias, mask=here)
