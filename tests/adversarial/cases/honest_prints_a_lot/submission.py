"""Print in every call, as people do who look for a mistake."""

import torch



def solve(x, w):
    print("called with", tuple(x.shape), "and a mean of", float(x.mean()))
    return torch.tanh(x @ w)
