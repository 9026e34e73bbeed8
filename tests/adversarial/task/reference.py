"""All rows at once."""

import torch


def solve(x, w):
    return torch.tanh(x @ w)
