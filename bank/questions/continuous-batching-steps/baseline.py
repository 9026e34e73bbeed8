"""Static batches in the order of the queue; each waits for its longest request."""

import torch

SLOTS = 16
EPSILON = 1e-6


def step(weights, states, prompts):
    inner = torch.nn.functional.silu(states @ weights["w_in"] + prompts)
    added = states + inner @ weights["w_out"]
    return added * torch.rsqrt(added.pow(2).mean(dim=-1, keepdim=True) + EPSILON)


def solve(weights, states, prompts, lengths):
    finished = torch.empty_like(states)
    for start in range(0, states.shape[0], SLOTS):
        batch = states[start : start + SLOTS]
        prompt = prompts[start : start + SLOTS]
        length = lengths[start : start + SLOTS]
        for done in range(int(length.max())):
            new = step(weights, batch, prompt)
            batch = torch.where((done < length).unsqueeze(-1), new, batch)
        finished[start : start + SLOTS] = batch
    return finished
