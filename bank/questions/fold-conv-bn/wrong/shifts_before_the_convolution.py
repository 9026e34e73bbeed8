"""Takes the mean away from the input instead, which is another map at the borders."""

import torch
import torch.nn.functional as F


def prepare(weights):
    scale = weights["gain"] / torch.sqrt(weights["variance"] + 1e-5)
    kernels = weights["wide"] * scale[:, 0, :, None, None, None]
    kernels[..., 1, 1] += weights["point"][..., 0, 0] * scale[:, 1, :, None]
    kernels[..., 1, 1] += torch.diag_embed(scale[:, 2])
    bias = (weights["shift"] - weights["mean"] * scale).sum(dim=1)
    # what an input would have to be everywhere for the bias to come out
    inputs = torch.linalg.lstsq(kernels.sum(dim=(-2, -1)).double(), bias.double().unsqueeze(-1)).solution
    return list(zip(kernels, inputs.float()[..., 0]))


def solve(blocks, images):
    x = images
    for kernel, shift in blocks:
        x = F.relu(F.conv2d(x + shift[:, None, None], kernel, padding=1))
    return x
