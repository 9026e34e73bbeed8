"""Each layer's state outlives the call, so a new stream begins with an old one's past."""

import torch

states = {}


def solve(weights, frames, sizes):
    streams, _, width = frames.shape
    kernels, bias, gain = weights["kernels"], weights["bias"], weights["gain"]
    key = frames.shape
    if key not in states:
        states[key] = [frames.new_zeros(streams, 2 << layer, width) for layer in range(len(kernels))]
    last = frames.new_zeros(streams, width)
    outputs = []
    for chunk in frames.split(sizes.tolist(), dim=1):
        x = chunk + (gain * last).unsqueeze(1)
        for layer, state in enumerate(states[key]):
            held = torch.cat([state, x], dim=1)
            y = torch.nn.functional.conv1d(held.transpose(1, 2), kernels[layer], bias[layer], dilation=1 << layer)
            states[key][layer] = held[:, -(2 << layer) :]
            x = x + 0.5 * torch.tanh(y.transpose(1, 2))
        last = x[:, -1]
        outputs.append(x)
    return torch.cat(outputs, dim=1)
