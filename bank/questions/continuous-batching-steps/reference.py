"""All requests run together, longest first, so that those still running are a prefix.

The prefix shrinks as requests end: no row is computed that nobody waits for, and a
step's weights serve as many rows as there are.
"""

import torch

EPSILON = 1e-6


def solve(weights, states, prompts, lengths):
    w_in, w_out = weights["w_in"], weights["w_out"]
    steps, order = torch.sort(lengths, descending=True)
    running, prompts = states[order], prompts[order]
    finished = torch.empty_like(states)
    width = states.shape[1]
    counts = (steps.unsqueeze(0) > torch.arange(int(steps[0]), device=steps.device).unsqueeze(1)).sum(1)
    held = running.shape[0]
    for left in counts.tolist():
        if left < held:
            finished[order[left:held]] = running[left:held]
            running, held = running[:left], left
        inner = torch.addmm(prompts[:held], running, w_in)
        torch.nn.functional.silu(inner, inplace=True)
        running = running.addmm(inner, w_out)
        running = torch.nn.functional.rms_norm(running, (width,), None, EPSILON)
    finished[order[:held]] = running
    return finished
