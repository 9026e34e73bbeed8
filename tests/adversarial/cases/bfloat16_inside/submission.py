"""Compute in bfloat16 and hand the result out as float32."""

import torch



def solve(x, w):
    return torch.tanh(x.bfloat16() @ w.bfloat16()).float()
