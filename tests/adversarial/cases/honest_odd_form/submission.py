"""A callable object, a tuple of one, a result that is a transposed view."""

import torch



class Solver:
    def __init__(self):
        self.calls = 0

    def __call__(self, x, w):
        self.calls += 1
        return (torch.tanh(w.T @ x.T).T,)


solve = Solver()
