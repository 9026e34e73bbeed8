"""NumPy from the first line to the last, and a tensor made of it."""

import numpy
import torch


def solve(x, w):
    result = x.numpy() @ w.numpy()
    numpy.tanh(result, out=result)
    return torch.from_numpy(result)
