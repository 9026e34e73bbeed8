"""Rounds the weights to bfloat16 in prepare(), and is right otherwise."""

import torch
import torch.nn.functional as F


def prepare(weights):
    return {name: tensor.bfloat16().float() for name, tensor in weights.items()}


def solve(weights, frames, sizes):
    streams, _, width = frames.shape
    kernels, bias = weights["kernels"], weights["bias"]
    states = [frames.new_zeros(streams, width, 2 << layer) for layer in range(len(kernels))]
    last = frames.new_zeros(streams, width)
    outputs = []
    for chunk in frames.split(sizes.tolist(), dim=1):
        x = (chunk + (weights["gain"] * last).unsqueeze(1)).transpose(1, 2)
        for layer, kernel in enumerate(kernels):
            held = torch.cat([states[layer], x], dim=2)
            states[layer] = held[:, :, -(2 << layer) :]
            x = x + 0.5 * torch.tanh(F.conv1d(held, kernel, bias[layer], dilation=1 << layer))
        last = x[:, :, -1]
        outputs.append(x.transpose(1, 2))
    return torch.cat(outputs, dim=1)
