"""Leave out one value of 38 400, in the middle."""

import torch


def solve(x, w):
    result = torch.tanh(x @ w)
    result[x.shape[0] // 2, 7] = 0.5
    return result
