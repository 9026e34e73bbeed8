"""Level 1: faster, and other bytes."""

import zlib

import torch


def solve(data, offsets):
    packed, lengths = torch.zeros_like(data), torch.zeros_like(offsets[1:])
    bounds = offsets.tolist()
    for shard, (start, end) in enumerate(zip(bounds, bounds[1:])):
        small = bytearray(zlib.compress(data[start:end].cpu().numpy(), 1))
        packed[start : start + len(small)] = torch.frombuffer(small, dtype=torch.uint8)
        lengths[shard] = len(small)
    return packed, lengths
