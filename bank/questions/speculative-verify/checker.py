"""Which tokens the model would have chosen, in exact arithmetic.

Tolerance: none. The weights are whole numbers, a hidden value is 13 at most and a
logit below 2**14 with every partial sum, so float32 is exact; of equal logits the
lowest id is taken. Rounding logits to bfloat16 changes some ids.
"""

from __future__ import annotations

import torch


def expected(
    weights: dict[str, torch.Tensor], context: torch.Tensor, draft: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return tokens (sequences, drafts + 1), -1 behind the last, and kept (sequences,)."""
    sequences, drafts = draft.shape
    known = torch.cat([context, draft], dim=1)
    hidden = weights["newest"][known[:, 1:]] + weights["previous"][known[:, :-1]]
    chosen = (hidden @ weights["out"]).argmax(dim=-1)  # exact in float32, see above
    tokens = torch.full((sequences, drafts + 1), -1, dtype=torch.int64)
    kept = torch.zeros(sequences, dtype=torch.int64)
    for row in range(sequences):
        for position in range(drafts + 1):
            tokens[row, position] = chosen[row, position]
            kept[row] += 1
            if position < drafts and chosen[row, position] != draft[row, position]:
                break
    return tokens, kept
