"""The weights fit into bfloat16, the activations do not."""

import torch

EPSILON = 1e-6


def prepare(weights):
    return weights["weight"].bfloat16(), weights["scale"]


def solve(prepared, x):
    h = x
    for weight, scale in zip(*prepared):
        normed = torch.nn.functional.rms_norm(h, (h.shape[-1],), None, EPSILON)
        h = h + torch.nn.functional.linear(normed.bfloat16(), weight).float() * scale
    return h
