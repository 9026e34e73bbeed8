"""Keep an output buffer from call to call and work in place."""

import torch



kept = {}


def solve(x, w):
    shape = (x.shape[0], w.shape[1])
    if shape not in kept:
        kept[shape] = torch.empty(shape)
    return torch.matmul(x, w, out=kept[shape]).tanh_()
