"""What the running totals should be, in float64.

Tolerance: an absolute error, as it is that of a sum. Float32 logits with float64 totals
stay below a fifteenth of the bound (100 draws, pieces of 192 tokens); totals in float32
are off by two hundred times the bound, logits in bfloat16 by four hundred.
"""

from __future__ import annotations

import torch

BLOCK_ROWS = 16  # of logits in float64: 512 KiB at a vocabulary of 4096


def expected(
    weights: dict[str, torch.Tensor], hidden: torch.Tensor, targets: torch.Tensor, totals: torch.Tensor
) -> torch.Tensor:
    """Return the running totals (documents, tokens)."""
    matrix, bias = weights["unembedding"].double().T, weights["bias"].double()
    rows = hidden.double().flatten(0, 1)
    wanted = targets.flatten().unsqueeze(-1)
    chosen = torch.empty(rows.shape[0], dtype=torch.float64)
    for start in range(0, rows.shape[0], BLOCK_ROWS):
        block = slice(start, start + BLOCK_ROWS)
        logits = torch.addmm(bias, rows[block], matrix)
        found = logits.gather(-1, wanted[block]).squeeze(-1)
        chosen[block] = found - logits.logsumexp(-1)
    return totals.unsqueeze(-1) + chosen.view(targets.shape).cumsum(-1)
