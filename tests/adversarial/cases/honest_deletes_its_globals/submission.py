"""Everything that is not needed any more is deleted, the modules too."""

import torch


def _made(library):
    def solve(x, w):
        return library.tanh(x @ w)

    return solve


solve = _made(torch)
del torch, _made
