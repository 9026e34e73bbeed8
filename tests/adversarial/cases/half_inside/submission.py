"""Multiply in half precision."""

import torch


def solve(x, w):
    return torch.tanh((x.half() @ w.half()).float())
