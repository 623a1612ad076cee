"""The selective scan beside the literal loop, on a CPU: time, and memory against length.

Sizes are those of VideoMamba's middle net, one clip, one direction: 1,152 channels, a state of 16,
1,569 tokens (8 frames at 224) where nothing else is said. CPU seconds, best of several, ratios in
one run, one thread. The literal loop makes all decays at once, as the public reference does, then
goes step by step; its gradient takes minutes at the full length, so it is asked for a quarter.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence

import torch
from tests.unit.models.oracles import literal_scan
from torch import Tensor

from benchmarks.table import Line
from sakuga.models.scan import selective_scan

WIDTH, STATE, TOKENS = 1152, 16, 1569
MIB = 1 << 20


def arguments(tokens: int, by_token: bool = True) -> list[Tensor]:
    """u, delta, A, B, C, D, z, bias; by_token: with channels next to each other, as the mixer's."""
    make = torch.Generator().manual_seed(0)

    def drawn(*shape: int) -> Tensor:
        return torch.randn(shape, generator=make)

    def clip() -> Tensor:
        return drawn(1, tokens, WIDTH).transpose(1, 2) if by_token else drawn(1, WIDTH, tokens)

    return [
        clip(), clip() / 2, -drawn(WIDTH, STATE).exp(), drawn(1, STATE, tokens),
        drawn(1, STATE, tokens), drawn(WIDTH), clip(), drawn(WIDTH) - 3,
    ]  # fmt: skip


def literal(*given: Tensor) -> Tensor:
    return literal_scan(*given)[0]


def seconds(scan: Callable[..., Tensor], given: Sequence[Tensor], times: int, learn: bool) -> float:
    """CPU seconds of the best of some runs; learn: with the gradients of everything."""
    best = float("inf")
    for _ in range(times):
        leaves = [x.detach().requires_grad_(learn) for x in given]
        start = time.process_time()
        with torch.set_grad_enabled(learn):
            out = scan(*leaves)
            if learn:
                out.sum().backward()
        best = min(best, time.process_time() - start)
    return best


def peak(scan: Callable[..., Tensor], tokens: int, learn: bool) -> int:
    """Bytes at the most beyond the arguments, the output and the arguments' gradients."""
    given = [x.requires_grad_(learn) for x in arguments(tokens)]
    kept = 4 * WIDTH * tokens * (4 if learn else 1)  # the output; gradients of u, delta, z
    with torch.profiler.profile(profile_memory=True) as seen, torch.set_grad_enabled(learn):
        out = scan(*given)
        if learn:
            out.sum().backward()
    held = most = 0
    for event in seen.profiler.kineto_results.events():  # pyright: ignore
        if event.name() == "[memory]":
            held += event.nbytes()
            most = max(most, held)
    return most - kept


def say(text: str) -> None:
    sys.stderr.write(text + "\n")


def lines() -> Iterator[Line]:
    """Times, then memory."""
    torch.set_num_threads(1)
    yield from memory()
    yield from forward()
    yield from learning()


def forward() -> Iterator[Line]:
    mine, theirs = arguments(TOKENS), arguments(TOKENS, by_token=False)
    ours = seconds(selective_scan, mine, 15, False)
    loop = seconds(literal, theirs, 3, False)
    say(f"forward: {1e3 * ours:.0f} ms, literal loop {1e3 * loop:.0f} ms")
    yield Line("forward: literal loop / ours, each in its own layout", loop / ours, ">=", 20)
    favoured = seconds(literal, mine, 3, False)
    yield Line("the same, the loop in ours too (no bar)", favoured / ours, ">=", 0)
    converted = seconds(selective_scan, theirs, 9, False)
    yield Line("the same, ours in the loop's too (no bar)", loop / converted, ">=", 0)


def learning() -> Iterator[Line]:
    full = seconds(selective_scan, arguments(TOKENS), 5, True)
    ours = seconds(selective_scan, arguments(TOKENS // 4), 5, True)
    loop = seconds(literal, arguments(TOKENS // 4, by_token=False), 1, True)
    say(f"forward and backward at {TOKENS} tokens: {1e3 * full:.0f} ms")
    say(f"at {TOKENS // 4}: {1e3 * ours:.0f} ms, literal loop {1e3 * loop:.0f} ms")
    what = f"forward and backward, {TOKENS // 4} tokens: literal loop / ours"
    yield Line(what, loop / ours, ">=", 20)


def memory() -> Iterator[Line]:
    few, many = TOKENS // 4, TOKENS * 4
    for learn, what, bar in ((False, "forward", 1.1), (True, "forward and backward", 4.5)):
        short, long = (peak(selective_scan, tokens, learn) for tokens in (few, many))
        say(f"{what}: {short / MIB:.1f} MiB at {few} tokens, {long / MIB:.1f} MiB at {many}")
        yield Line(f"{what}: memory at 16 times the tokens", long / short, "<=", bar)
    whole = peak(literal, 100, True) / peak(selective_scan, 100, True)
    yield Line("forward and backward, 100 tokens: memory, literal / ours", whole, ">=", 10)
