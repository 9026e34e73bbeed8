"""A module of torch whose answer is a parameter."""

import torch


def solve(x, w):
    layer = torch.nn.Linear(w.shape[0], w.shape[1], bias=False)
    layer.weight = torch.nn.Parameter(w.T)
    return torch.nn.Parameter(torch.tanh(layer(x)))
