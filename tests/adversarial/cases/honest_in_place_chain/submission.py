"""Every step in place, the first input used as scratch."""

import torch


def solve(x, w):
    result = torch.einsum("ik,kj->ij", x, w)
    x.zero_()
    return result.tanh_()
