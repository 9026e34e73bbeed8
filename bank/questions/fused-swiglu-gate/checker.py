"""What the output should be, in float64.

Tolerance: a value of the mixture is below 56 and mostly around 5. Float32 code was
seen to stay below a thirtieth of the bound (100 draws, two orders of operations);
bfloat16 anywhere on the way is off by a thousand times the bound, float16 by a
hundred.
"""

from __future__ import annotations

import torch

ALPHA = 1.702
LIMIT = 7.0
BLOCK_VALUES = 64 * 1024  # 512 KiB of float64, so that the check is quick


def expected(
    gate_up: torch.Tensor, scale: torch.Tensor, bias: torch.Tensor, route: torch.Tensor
) -> torch.Tensor:
    """Return the mixture of the adapters' activations (tokens, hidden)."""
    tokens, both = gate_up.shape
    adapters, hidden = route.shape[1], both // 2
    factor, shift, shares = scale.double(), bias.double(), route.double().unsqueeze(-1)
    out = torch.empty(tokens, hidden, dtype=torch.float64)
    step = max(1, BLOCK_VALUES // (adapters * both))
    for start in range(0, tokens, step):
        rows = torch.addcmul(shift, gate_up[start : start + step].double().unsqueeze(1), factor)
        gate = rows[..., :hidden].clamp_(max=LIMIT)
        up = rows[..., hidden:].clamp_(min=-LIMIT, max=LIMIT).add_(1.0)
        activated = torch.sigmoid(ALPHA * gate).mul_(gate).mul_(up)
        out[start : start + step] = activated.mul_(shares[start : start + step]).sum(1)
    return out
