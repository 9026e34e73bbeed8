"""Return a sparse tensor, which has the shape and the type that are asked for."""

import torch


def work(x, w):
    return torch.stack([torch.tanh(row @ w) for row in x])


def solve(x, w):
    return work(x, w).to_sparse()
