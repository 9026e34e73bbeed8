"""Rounds x * (127 / largest): now and then another integer than x / scale gives."""

import torch


def solve(weights, x):
    largest = x.abs().amax(dim=-1, keepdim=True).clamp(min=1e-6)
    rows = torch.round(x * (127.0 / largest)).to(torch.int8)
    sums = torch._int_mm(rows, weights["weight"].t()).float()
    return torch.addcmul(weights["bias"], sums * (largest / 127.0), weights["scale"])
