"""Another norm: it takes the mean away as well."""

import torch


def solve(x, weight, bias):
    hidden = x
    for w, b in zip(weight, bias):
        y = torch.nn.functional.layer_norm(hidden, (x.shape[-1],), w, b, 1e-6)
        hidden = hidden + torch.nn.functional.silu(y)
    return hidden
