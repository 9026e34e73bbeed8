"""A rational function instead of tanh, off by some ten thousandths."""

import torch


def solve(x, w):
    y = (x @ w).clamp_(-4.0, 4.0)
    z = y * y
    return y * (27 + z) / (27 + 9 * z)
