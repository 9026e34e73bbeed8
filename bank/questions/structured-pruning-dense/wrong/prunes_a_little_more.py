"""Leaves out every fourth channel that should have been kept."""

import torch


def prepare(weights):
    layers = []
    for layer, mask in enumerate(weights["mask"]):
        kept = mask.nonzero()[:, 0]
        kept = kept[torch.arange(kept.shape[0]) % 4 != 3]
        gone = mask == 0
        w_out = weights["w_out"][layer]
        constant = torch.nn.functional.gelu(weights["b_in"][layer][gone])
        shift = weights["b_out"][layer] + w_out[:, gone] @ constant
        w_in, b_in = weights["w_in"][layer][kept], weights["b_in"][layer][kept]
        layers.append((w_in, b_in, w_out[:, kept].contiguous(), shift))
    return layers


def solve(layers, x):
    h = x
    for w_in, b_in, w_out, shift in layers:
        inner = torch.nn.functional.gelu(torch.nn.functional.linear(h, w_in, b_in))
        h = h + torch.nn.functional.linear(inner, w_out, shift)
    return h
