"""Layers are unpacked ahead by another thread while this one computes.

Unpacking and the operators let go of Python's lock. When this thread has to wait, it
unpacks as well: the layer after the one that is in the other's hands. Each of the two
has a core of its own, so no operator is spread over both.
"""

import zlib
from concurrent.futures import ThreadPoolExecutor

import torch

EPSILON = 1e-6
torch.set_num_threads(1)
pool = ThreadPoolExecutor(1, initializer=torch.set_num_threads, initargs=(1,))


def _unpack(packed, size, width, scale):
    data = bytearray(zlib.decompress(packed[:size].cpu().numpy()))
    matrix = torch.frombuffer(data, dtype=torch.int8).view(width, width)
    return matrix.to(packed.device).float().mul_(scale)


def solve(x, packed, sizes, scales):
    width = x.shape[1]
    jobs = [
        (packed[layer], size, width, scale)
        for layer, (size, scale) in enumerate(zip(sizes.tolist(), scales.tolist()))
    ]
    waiting = [pool.submit(_unpack, *job) for job in jobs]
    ready = {}
    for layer, future in enumerate(waiting):
        for later in range(layer, len(waiting)):
            if layer in ready or future.done():
                break
            if later not in ready and waiting[later].cancel():
                ready[later] = _unpack(*jobs[later])
        matrix = ready.pop(layer) if layer in ready else future.result()
        y = torch.mm(x, matrix).relu_()
        x = torch.nn.functional.rms_norm(y.add_(x), (width,), None, EPSILON)
    return x
