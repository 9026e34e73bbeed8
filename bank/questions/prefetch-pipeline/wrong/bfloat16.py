"""The products in bfloat16."""

import zlib

import torch


def solve(x, packed, sizes, scales):
    width = x.shape[1]
    for layer, size in enumerate(sizes.tolist()):
        data = bytearray(zlib.decompress(packed[layer, :size].cpu().numpy()))
        matrix = torch.frombuffer(data, dtype=torch.int8).view(width, width).to(x.device).bfloat16()
        y = (x.bfloat16() @ matrix).float() * scales[layer]
        x = torch.nn.functional.rms_norm(x + torch.relu(y), (width,), None, 1e-6)
    return x
