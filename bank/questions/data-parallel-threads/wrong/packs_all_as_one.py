"""One stream over all shards: no shard can be unpacked without the ones before it."""

import zlib

import torch


def solve(data, offsets):
    packed, lengths = torch.zeros_like(data), torch.zeros_like(offsets[1:])
    packer = zlib.compressobj(6)
    bounds = offsets.tolist()
    for shard, (start, end) in enumerate(zip(bounds, bounds[1:])):
        small = packer.compress(data[start:end].cpu().numpy()) + packer.flush(zlib.Z_SYNC_FLUSH)
        packed[start : start + len(small)] = torch.frombuffer(bytearray(small), dtype=torch.uint8)
        lengths[shard] = len(small)
    return packed, lengths
