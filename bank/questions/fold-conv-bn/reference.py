"""One convolution a block: everything but relu is linear, so prepare() adds it up.

A norm is a scale and a shift of each channel, the 1 x 1 kernel is a 3 x 3 one with
zeros around it, and no kernel at all is a one in its middle.
"""

import torch
import torch.nn.functional as F

EPSILON = 1e-5


def prepare(weights):
    exact = {name: tensor.double() for name, tensor in weights.items()}
    scale = exact["gain"] / torch.sqrt(exact["variance"] + EPSILON)
    bias = (exact["shift"] - exact["mean"] * scale).sum(dim=1)
    merged = exact["wide"] * scale[:, 0, :, None, None, None]
    merged[..., 1, 1] += exact["point"][..., 0, 0] * scale[:, 1, :, None]
    channels = torch.arange(merged.shape[1], device=merged.device)
    merged[:, channels, channels, 1, 1] += scale[:, 2]
    blocks = []
    for kernel, shift in zip(merged.float(), bias.float()):
        kernel = kernel.contiguous(memory_format=torch.channels_last)
        blocks.append((kernel, shift))
    return blocks


def solve(blocks, images):
    x = images.contiguous(memory_format=torch.channels_last)
    for kernel, shift in blocks:
        x = F.relu(F.conv2d(x, kernel, shift, padding=1), inplace=True)
    return x.contiguous()
