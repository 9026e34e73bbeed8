"""The branch without a convolution is left out."""

import torch
import torch.nn.functional as F


def prepare(weights):
    scale = weights["gain"] / torch.sqrt(weights["variance"] + 1e-5)
    bias = weights["shift"] - weights["mean"] * scale
    kernels = weights["wide"] * scale[:, 0, :, None, None, None]
    kernels[..., 1, 1] += weights["point"][..., 0, 0] * scale[:, 1, :, None]
    return list(zip(kernels, bias[:, :2].sum(dim=1)))


def solve(blocks, images):
    x = images
    for kernel, shift in blocks:
        x = F.relu(F.conv2d(x, kernel, shift, padding=1))
    return x
