"""The pipeline is off by one: a layer is computed with the next one's matrix."""

import zlib

import torch


def solve(x, packed, sizes, scales):
    width, layers = x.shape[1], len(sizes)
    for layer in range(layers):
        used = (layer + 1) % layers if layers > 1 else layer
        data = bytearray(zlib.decompress(packed[used, : int(sizes[used])].cpu().numpy()))
        matrix = torch.frombuffer(data, dtype=torch.int8).view(width, width).to(x.device).float() * scales[layer]
        x = torch.nn.functional.rms_norm(x + torch.relu(x @ matrix), (width,), None, 1e-6)
    return x
