"""A pruned stack of feed-forward blocks, with the masks of the pruning run."""

import torch


def solve(weights, x):
    h = x
    for layer in range(weights["w_in"].shape[0]):
        inner = torch.nn.functional.linear(h, weights["w_in"][layer])
        inner = inner * weights["mask"][layer] + weights["b_in"][layer]
        inner = torch.nn.functional.gelu(inner)
        h = h + torch.nn.functional.linear(inner, weights["w_out"][layer], weights["b_out"][layer])
    return h
