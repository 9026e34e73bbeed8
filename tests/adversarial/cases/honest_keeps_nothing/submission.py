"""The same answers, and nothing kept."""

import torch


def solve(x, w):
    return torch.tanh(x @ w)
