"""The whole stream in one pass: no chunk hears of the one before."""

import torch
import torch.nn.functional as F


def solve(weights, frames, sizes):
    x = frames.transpose(1, 2)
    for layer, kernel in enumerate(weights["kernels"]):
        padded = F.pad(x, (2 << layer, 0))
        x = x + 0.5 * torch.tanh(F.conv1d(padded, kernel, weights["bias"][layer], dilation=1 << layer))
    return x.transpose(1, 2).contiguous()
