"""Keep the newest frames that matter and run the whole network over them."""

import torch
import torch.nn.functional as F

TAPS = 3


def network(weights, x):
    """Causal, with zeros before the beginning; x is (streams, width, time)."""
    for layer, kernel in enumerate(weights["kernels"]):
        dilation = 2**layer
        padded = F.pad(x, ((TAPS - 1) * dilation, 0))
        y = F.conv1d(padded, kernel, weights["bias"][layer], dilation=dilation)
        x = x + 0.5 * torch.tanh(y)
    return x


def solve(weights, frames, sizes):
    streams, _, width = frames.shape
    reach = (TAPS - 1) * (2 ** weights["kernels"].shape[0] - 1)
    window = frames.new_zeros(streams, width, 0)
    last = frames.new_zeros(streams, width)
    outputs = []
    for chunk in frames.split(sizes.tolist(), dim=1):
        arrived = chunk + (weights["gain"] * last).unsqueeze(1)
        window = torch.cat([window, arrived.transpose(1, 2)], dim=2)
        window = window[:, :, -(reach + chunk.shape[1]) :]
        new = network(weights, window)[:, :, -chunk.shape[1] :]
        last = new[:, :, -1]
        outputs.append(new.transpose(1, 2))
    return torch.cat(outputs, dim=1)
