"""What the output should be, in float64.

Tolerance: a value of h is around 5, so float32 rounds it to 3e-7 of itself; four
sub-blocks in two orders of summation stayed below a fifteenth of the bound, while
bfloat16 anywhere on the way is off by a thousand times the bound and more.
"""

from __future__ import annotations

import torch

EPSILON = 1e-6
BLOCK_VALUES = 64 * 1024  # 512 KiB of float64, so that the check is quick


def expected(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """Return h after all sub-blocks."""
    hidden = x.double()
    scale, shift = weight.double(), bias.double()
    rows, width = hidden.shape
    step = max(1, BLOCK_VALUES // width)
    for start in range(0, rows, step):
        h = hidden[start : start + step]
        for layer in range(scale.shape[0]):
            mean_square = torch.linalg.vecdot(h, h).div_(width).unsqueeze_(-1)
            y = torch.rsqrt(mean_square + EPSILON) * h * scale[layer] + shift[layer]
            h += torch.nn.functional.silu(y)
    return hidden
