"""Sets channels without weights to zero, though their bias is left."""

import torch


def prepare(weights):
    layers = []
    for weight, bias in zip(weights["weight"], weights["bias"]):
        alive = (weight != 0).any(dim=1)
        layers.append((weight.to_sparse_csr(), (bias * alive).unsqueeze(-1)))
    return layers


def solve(layers, x):
    h = x.t().contiguous()
    for weight, bias in layers:
        h = torch.relu(torch.sparse.mm(weight, h) + bias)
    return h.t().contiguous()
