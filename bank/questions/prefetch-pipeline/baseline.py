"""Unpack a layer, compute it, unpack the next."""

import zlib

import torch

EPSILON = 1e-6


def unpack(packed, size, width):
    data = bytearray(zlib.decompress(packed[:size].cpu().numpy()))
    return torch.frombuffer(data, dtype=torch.int8).view(width, width)


def solve(x, packed, sizes, scales):
    width = x.shape[1]
    for layer, size in enumerate(sizes.tolist()):
        matrix = unpack(packed[layer], size, width).to(x.device).float() * scales[layer]
        added = x + torch.relu(x @ matrix)
        x = torch.nn.functional.rms_norm(added, (width,), None, EPSILON)
    return x
