"""Batched as it should be, in bfloat16."""

import torch


def prepare(weights):
    return {name: tensor.bfloat16() for name, tensor in weights.items()}


def solve(weights, x):
    y = x.bfloat16().expand(len(weights["w1"]), *x.shape)
    for layer in (1, 2, 3):
        y = torch.baddbmm(weights[f"b{layer}"].unsqueeze(1), y, weights[f"w{layer}"])
        if layer < 3:
            y = y.relu_()
    y = y.float()
    return y.mean(dim=0), y.std(dim=0, correction=0)
