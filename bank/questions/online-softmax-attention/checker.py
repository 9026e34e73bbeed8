"""What attention and mass should be, in float64, row block by row block.

Tolerance: late scores are tens in size, so float32 rounds them to 4e-6 and shares feel
that as a relative error. Float32 code was seen to stay below a thirteenth of either
bound (20 draws, whole rows and blocks); bfloat16 is off by hundreds of times the bound.
"""

from __future__ import annotations

import torch

BLOCK_ROWS = 64


def expected(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, lengths: torch.Tensor, sink: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return mixed (batch, heads, longest, size) and mass (batch, heads, longest)."""
    batch, heads, longest, size = query.shape
    mixed = torch.zeros(query.shape, dtype=torch.float64)
    mass = torch.zeros(batch, heads, longest, dtype=torch.float64)
    for sequence in range(batch):
        length = int(lengths[sequence])
        for head in range(heads):
            rows = query[sequence, head, :length].double() / size**0.5
            keys = key[sequence, head, :length].double()
            values = value[sequence, head, :length].double()
            last = sink[head].double()
            for start in range(0, length, BLOCK_ROWS):
                end = min(length, start + BLOCK_ROWS)
                scores = rows[start:end] @ keys[:end].T
                later = torch.ones(end - start, end - start, dtype=torch.bool).triu(1)
                scores[:, start:].masked_fill_(later, float("-inf"))
                largest = scores.amax(-1, keepdim=True).clamp(min=last)
                shares = scores.sub_(largest).exp_()
                total = shares.sum(-1, keepdim=True) + torch.exp(last - largest)
                mixed[sequence, head, start:end] = shares @ values[:end] / total
                mass[sequence, head, start:end] = (largest + total.log()).squeeze(-1)
    return mixed, mass
