"""Pre-norm sub-blocks, written down as the formulas read."""

import torch

EPSILON = 1e-6


def rms_norm(hidden, weight, bias):
    mean_square = hidden.pow(2).mean(dim=-1, keepdim=True)
    return hidden * torch.rsqrt(mean_square + EPSILON) * weight + bias


def silu(y):
    return y / (1.0 + torch.exp(-y))


def solve(x, weight, bias):
    hidden = x
    for layer in range(weight.shape[0]):
        hidden = hidden + silu(rms_norm(hidden, weight[layer], bias[layer]))
    return hidden
