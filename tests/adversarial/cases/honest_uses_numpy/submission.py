"""NumPy instead of PyTorch."""

import numpy as np
import torch



def solve(x, w):
    return torch.from_numpy(np.tanh(x.numpy() @ w.numpy()))
