"""Drops the pruned channels altogether, and with them what their biases add."""

import torch


def prepare(weights):
    layers = []
    for layer, mask in enumerate(weights["mask"]):
        kept = mask > 0
        w_in, b_in = weights["w_in"][layer][kept], weights["b_in"][layer][kept]
        w_out = weights["w_out"][layer][:, kept].contiguous()
        layers.append((w_in, b_in, w_out, weights["b_out"][layer]))
    return layers


def solve(layers, x):
    h = x
    for w_in, b_in, w_out, b_out in layers:
        inner = torch.nn.functional.gelu(torch.nn.functional.linear(h, w_in, b_in))
        h = h + torch.nn.functional.linear(inner, w_out, b_out)
    return h
