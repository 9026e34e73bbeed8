"""A pool of threads; the time of all of them counts, but the result is right."""

from concurrent.futures import ThreadPoolExecutor

import torch



pool = ThreadPoolExecutor(2)


def solve(x, w):
    halves = pool.map(lambda part: torch.tanh(part @ w), x.chunk(2))
    return torch.cat(list(halves))
