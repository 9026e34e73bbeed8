"""What the hidden state should be, in float64.

Tolerance: values are around 1, with a few of 30 and more, whose rounding all channels
feel. Float32 code was seen to stay below a twelfth of the bound (40 draws, two kinds
of sums); activations rounded to bfloat16 are off by five hundred times the bound, to
int8 by ten thousand.
"""

from __future__ import annotations

import torch

EPSILON = 1e-6
BLOCK_ROWS = 64  # of a weight in float64: 1 MiB at a width of 2048


def expected(weights: dict[str, torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    """Return h (batch, width) after all layers."""
    h = x.double()
    for weight, scale in zip(weights["weight"], weights["scale"].double(), strict=True):
        normed = h * torch.rsqrt(h.square().mean(-1, keepdim=True) + EPSILON)
        blocks = weight.split(BLOCK_ROWS)
        h = h + torch.cat([normed @ block.double().T for block in blocks], dim=-1) * scale
    return h
