"""Generators are made, seeded and drawn from, and gradients are on."""

import torch


generator = torch.Generator().manual_seed(7)
torch.manual_seed(1)


def solve(x, w):
    with torch.enable_grad():
        noise = torch.randn(1, generator=generator) * 0.0
        return torch.nn.functional.dropout(torch.tanh(x @ w + noise), p=0.0)
