"""Which id each request draws, in float64.

Tolerance: none, ids are right or wrong. inputs.py keeps every sum of probabilities
2e-5 away from its threshold; float32 sums of at most `most` probabilities were seen
to be off by less than 1e-6, so honest rounding never decides.
"""

from __future__ import annotations

import numpy as np
import torch


def expected(
    logits: torch.Tensor, top_k: torch.Tensor, top_p: torch.Tensor, uniform: torch.Tensor
) -> torch.Tensor:
    """Return the ids (requests,), int64."""
    ids = np.empty(len(logits), dtype=np.int64)
    for row in range(len(logits)):
        values, k = logits[row].numpy(), int(top_k[row])
        edge = np.partition(values, len(values) - k)[len(values) - k]
        candidates = np.flatnonzero(values >= edge)
        order = np.argsort(-values[candidates].astype(np.float64), kind="stable")
        candidates = candidates[order][:k]
        shares = np.exp(values[candidates].astype(np.float64) - float(values[candidates[0]]))
        sums = np.cumsum(shares / shares.sum())
        count = 1 + np.count_nonzero(sums[:-1] < float(top_p[row]))
        drawn = np.count_nonzero(sums[:count] / sums[count - 1] <= float(uniform[row]))
        ids[row] = candidates[drawn]
    return torch.from_numpy(ids)
