"""A quantised linear layer: quantise the activations, dequantise both, multiply."""

import torch


def quantise(x):
    largest = x.abs().amax(dim=-1, keepdim=True).clamp(min=1e-6)
    scale = largest / 127.0
    return torch.round(x / scale), scale


def solve(weights, x):
    rows, scale = quantise(x)
    weight = weights["weight"].float() * weights["scale"].unsqueeze(-1)
    return torch.nn.functional.linear(rows * scale, weight, weights["bias"])
