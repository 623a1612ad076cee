"""The selective scan of Mamba (VideoMamba's mixer, §4.1), by whichever way is asked for.

After "Mamba: Linear-Time Sequence Modeling with Selective State Spaces" (arXiv 2312.00752), whose
kernel (`mamba-ssm`, Apache-2.0) serves in its place where it is installed:

    delta_t = softplus(delta_t + bias)
    h_t[e, s] = exp(delta_t[e] A[e, s]) h_{t-1}[e, s] + delta_t[e] u_t[e] B_t[s],    h_{-1} = 0
    y_t[e] = (sum_s h_t[e, s] C_t[s] + D[e] u_t[e]) SiLU(z_t[e])

`models.scan_chunked` computes it anywhere, `models.scan_triton` on a GPU if it is asked to.

Shapes: B batch, G groups (directions) of E channels each, L steps, S state.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from types import ModuleType
from typing import Any, Literal, cast

from torch import Tensor

from sakuga.models.scan_chunked import chunked_scan

Using = Literal["auto", "chunked", "kernel", "triton"]


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
    and else the chunked scan; `kernel` insists on it, `triton` takes our own (ImportError where it
    is not installed, ValueError for tensors on a CPU). No second derivatives.
    """
    if using == "kernel" or (using == "auto" and u_BEL.is_cuda and kernel() is not None):
        return _by_kernel(u_BEL, delta_BEL, A_ES, B_BGSL, C_BGSL, D_E, z_BEL, bias_E)
    if B_BGSL.dim() == 3:
        one_B, one_C = B_BGSL[:, None], C_BGSL[:, None]
        return selective_scan(u_BEL, delta_BEL, A_ES, one_B, one_C, D_E, z_BEL, bias_E, using=using)
    scan = _of_triton().triton_scan if using == "triton" else chunked_scan
    groups = B_BGSL.shape[1]
    zeros_E = A_ES.new_zeros(len(A_ES))
    out_LBGE: Tensor = scan(
        _time_first(u_BEL, groups),
        _time_first(delta_BEL, groups),
        A_ES.unflatten(0, (groups, -1)).transpose(1, 2),
        B_BGSL.permute(3, 0, 1, 2),
        C_BGSL.permute(3, 0, 1, 2),
        (zeros_E if D_E is None else D_E).unflatten(0, (groups, -1)),
        None if z_BEL is None else _time_first(z_BEL, groups),
        (zeros_E if bias_E is None else bias_E).unflatten(0, (groups, -1)),
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


def _of_triton() -> ModuleType:
    try:
        return importlib.import_module("sakuga.models.scan_triton")
    except ImportError as error:
        raise ImportError(
            "Triton is not installed: pip install triton (Linux), or use the chunked scan"
        ) from error


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
