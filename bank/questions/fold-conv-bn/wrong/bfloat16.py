"""Folded as it should be, and computed in bfloat16."""

import torch
import torch.nn.functional as F


def prepare(weights):
    scale = weights["gain"] / torch.sqrt(weights["variance"] + 1e-5)
    bias = (weights["shift"] - weights["mean"] * scale).sum(dim=1)
    kernels = weights["wide"] * scale[:, 0, :, None, None, None]
    kernels[..., 1, 1] += weights["point"][..., 0, 0] * scale[:, 1, :, None]
    kernels[..., 1, 1] += torch.diag_embed(scale[:, 2])
    return list(zip(kernels.bfloat16(), bias.bfloat16()))


def solve(blocks, images):
    x = images.bfloat16()
    for kernel, shift in blocks:
        x = F.relu(F.conv2d(x, kernel, shift, padding=1))
    return x.float()
