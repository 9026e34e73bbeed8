"""Rounds the activations to one int8 digit, so the large channels drown the others."""

import torch

EPSILON = 1e-6


def solve(weights, x):
    h = x
    for weight, scale in zip(weights["weight"], weights["scale"]):
        normed = torch.nn.functional.rms_norm(h, (h.shape[-1],), None, EPSILON)
        unit = normed.abs().amax(dim=-1, keepdim=True) / 127.0
        rows = (normed / unit).round().to(torch.int8)
        h = h + torch._int_mm(rows, weight.t()).float() * unit * scale
    return h
