"""One matrix product instead of a loop."""

import torch



def solve(x, w):
    return torch.tanh(x @ w)
