"""One scale for the whole tensor in place of one for each row."""

import torch


def solve(weights, x):
    scale = x.abs().amax().clamp(min=1e-6) / 127.0
    rows = torch.round(x / scale).to(torch.int8)
    sums = torch._int_mm(rows, weights["weight"].t()).float()
    return torch.addcmul(weights["bias"], sums * scale, weights["scale"])
