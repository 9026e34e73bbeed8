"""Refills a slot with the next request's state and forgets to change its prompt."""

import torch

SLOTS = 16
EPSILON = 1e-6


def solve(weights, states, prompts, lengths):
    finished = torch.empty_like(states)
    count = states.shape[0]
    waiting = list(range(min(SLOTS, count), count))
    owner = list(range(min(SLOTS, count)))
    left = [int(lengths[request]) for request in owner]
    batch, prompt = states[: len(owner)].clone(), prompts[: len(owner)].clone()
    while owner:
        inner = torch.nn.functional.silu(torch.addmm(prompt, batch, weights["w_in"]))
        batch = torch.nn.functional.rms_norm(
            batch.addmm(inner, weights["w_out"]), batch.shape[1:], None, EPSILON
        )
        left = [steps - 1 for steps in left]
        for slot in [slot for slot, steps in enumerate(left) if steps == 0]:
            finished[owner[slot]] = batch[slot]
            if waiting:
                owner[slot] = waiting.pop(0)
                left[slot] = int(lengths[owner[slot]])
                batch[slot] = states[owner[slot]]
        stay = [slot for slot, steps in enumerate(left) if steps > 0]
        if len(stay) < len(owner):
            owner, left = [owner[slot] for slot in stay], [left[slot] for slot in stay]
            batch, prompt = batch[stay], prompt[stay]
    return finished
