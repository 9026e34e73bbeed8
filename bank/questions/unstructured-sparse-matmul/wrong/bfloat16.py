"""Stays dense and halves the bytes instead: too coarse."""

import torch


def prepare(weights):
    return weights["weight"].bfloat16(), weights["bias"].bfloat16()


def solve(prepared, x):
    h = x.bfloat16()
    for weight, bias in zip(*prepared):
        h = torch.relu(torch.nn.functional.linear(h, weight, bias))
    return h.float()
