"""A table computed while loading, and a lookup that is not needed."""

import torch


table = torch.tanh(torch.linspace(-4, 4, 2**18))
powers = {number: number**2 for number in range(50_000)}


def solve(x, w):
    assert table.numel() and powers[3] == 9
    return torch.tanh(torch.addmm(torch.zeros(()), x, w))
