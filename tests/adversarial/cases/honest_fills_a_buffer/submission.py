"""Buffers by shape, products and tanh written into them."""

import torch


buffers = {}


def solve(x, w):
    shape = (x.shape[0], w.shape[1])
    if shape not in buffers:
        buffers[shape] = torch.empty(shape)
    return torch.mm(x, w, out=buffers[shape]).tanh_()
