"""Starts every total at that of the first document."""

import torch


def solve(weights, hidden, targets, totals):
    logits = torch.nn.functional.linear(hidden, weights["unembedding"], weights["bias"])
    log_probs = torch.log_softmax(logits, dim=-1)
    chosen = log_probs.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    return totals[0] + chosen.double().cumsum(dim=-1)
