"""Row by row."""

import torch


def solve(x, w):
    return torch.stack([torch.tanh(row @ w) for row in x])
