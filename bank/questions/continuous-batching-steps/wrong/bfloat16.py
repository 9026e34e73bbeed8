"""The right schedule with products that are too coarse."""

import torch

EPSILON = 1e-6


def prepare(weights):
    return weights["w_in"].bfloat16(), weights["w_out"].bfloat16()


def solve(prepared, states, prompts, lengths):
    w_in, w_out = prepared
    steps, order = torch.sort(lengths, descending=True)
    running, prompts = states[order], prompts[order]
    for done in range(int(steps[0])):
        left = int((steps > done).sum())
        inner = prompts[:left] + (running[:left].bfloat16() @ w_in).float()
        inner = torch.nn.functional.silu(inner).bfloat16()
        added = running[:left] + (inner @ w_out).float()
        running[:left] = torch.nn.functional.rms_norm(added, added.shape[1:], None, EPSILON)
    finished = torch.empty_like(states)
    finished[order] = running
    return finished
