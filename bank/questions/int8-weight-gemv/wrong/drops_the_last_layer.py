"""A third of the weights is never read."""

import torch

EPSILON = 1e-6


def prepare(weights):
    return weights["weight"][:-1].float() * weights["scale"][:-1].unsqueeze(-1)


def solve(layers, x):
    h = x
    for dense in layers:
        normed = torch.nn.functional.rms_norm(h, (h.shape[-1],), None, EPSILON)
        h = h + torch.nn.functional.linear(normed, dense)
    return h
