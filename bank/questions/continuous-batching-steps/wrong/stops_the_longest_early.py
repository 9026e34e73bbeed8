"""Cuts the tail of the lengths: nobody gets more than three quarters of the longest."""

import torch

EPSILON = 1e-6


def solve(weights, states, prompts, lengths):
    most = int(lengths.max()) * 3 // 4
    steps, order = torch.sort(lengths, descending=True)
    running, prompts = states[order], prompts[order]
    for done in range(most):
        left = int((steps > done).sum())
        inner = torch.addmm(prompts[:left], running[:left], weights["w_in"])
        added = running[:left].addmm(torch.nn.functional.silu(inner), weights["w_out"])
        running[:left] = torch.nn.functional.rms_norm(added, added.shape[1:], None, EPSILON)
    finished = torch.empty_like(states)
    finished[order] = running
    return finished
