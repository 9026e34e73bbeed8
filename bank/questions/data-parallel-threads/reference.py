"""Two threads share the shards; zlib lets go of Python's lock while it works.

The largest shard first: whoever is free takes the next, so both end together.
"""

import zlib
from concurrent.futures import ThreadPoolExecutor

import torch

LEVEL = 6
torch.set_num_threads(1)  # copies of some kilobytes are not worth a team
pool = ThreadPoolExecutor(1, initializer=torch.set_num_threads, initargs=(1,))


def solve(data, offsets):
    packed = torch.zeros_like(data)
    bounds = offsets.tolist()
    lengths = [0] * (len(bounds) - 1)
    source = data.cpu().numpy()
    left = sorted(range(len(lengths)), key=lambda shard: bounds[shard + 1] - bounds[shard])

    def work():
        while left:
            try:
                shard = left.pop()
            except IndexError:  # the other was quicker
                return
            start = bounds[shard]
            small = bytearray(zlib.compress(source[start : bounds[shard + 1]], LEVEL))
            packed[start : start + len(small)] = torch.frombuffer(small, dtype=torch.uint8)
            lengths[shard] = len(small)

    other = pool.submit(work)
    work()
    other.result()
    return packed, torch.tensor(lengths)
