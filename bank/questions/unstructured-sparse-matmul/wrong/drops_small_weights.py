"""Prunes once more: the smallest fifth of what was left goes too."""

import torch


def prepare(weights):
    layers = []
    for weight, bias in zip(weights["weight"], weights["bias"]):
        left = weight[weight != 0].abs()
        bound = left.kthvalue(left.numel() // 5).values
        thinner = torch.where(weight.abs() > bound, weight, torch.zeros_like(weight))
        layers.append((thinner.to_sparse_csr(), bias.unsqueeze(-1).clone()))
    return layers


def solve(layers, x):
    h = x.t().contiguous()
    for weight, bias in layers:
        h = torch.relu(torch.sparse.mm(weight, h) + bias)
    return h.t().contiguous()
