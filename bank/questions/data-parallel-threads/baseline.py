"""Pack one shard after the other."""

import zlib

import torch

LEVEL = 6


def solve(data, offsets):
    packed = torch.zeros_like(data)
    lengths = torch.zeros_like(offsets[1:])
    bounds = offsets.tolist()
    for shard, (start, end) in enumerate(zip(bounds, bounds[1:])):
        small = bytearray(zlib.compress(data[start:end].cpu().numpy(), LEVEL))
        packed[start : start + len(small)] = torch.frombuffer(small, dtype=torch.uint8)
        lengths[shard] = len(small)
    return packed, lengths
