"""The baseline with a quarter of the window: what is further back is forgotten."""

import torch
import torch.nn.functional as F


def network(weights, x):
    for layer, kernel in enumerate(weights["kernels"]):
        padded = F.pad(x, (2 << layer, 0))
        x = x + 0.5 * torch.tanh(F.conv1d(padded, kernel, weights["bias"][layer], dilation=1 << layer))
    return x


def solve(weights, frames, sizes):
    streams, _, width = frames.shape
    window, last = frames.new_zeros(streams, width, 0), frames.new_zeros(streams, width)
    outputs = []
    for chunk in frames.split(sizes.tolist(), dim=1):
        arrived = chunk + (weights["gain"] * last).unsqueeze(1)
        window = torch.cat([window, arrived.transpose(1, 2)], dim=2)[:, :, -(32 + chunk.shape[1]) :]
        new = network(weights, window)[:, :, -chunk.shape[1] :]
        last = new[:, :, -1]
        outputs.append(new.transpose(1, 2))
    return torch.cat(outputs, dim=1)
