"""A pruned network as the pruning run left it: dense matrices, mostly zeros."""

import torch


def solve(weights, x):
    h = x
    for weight, bias in zip(weights["weight"], weights["bias"]):
        h = torch.relu(torch.nn.functional.linear(h, weight, bias))
    return h
