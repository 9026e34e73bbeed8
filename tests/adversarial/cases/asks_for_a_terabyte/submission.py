"""One allocation that no machine can grant."""

import torch



def solve(x, w):
    return torch.ones(2**38)
