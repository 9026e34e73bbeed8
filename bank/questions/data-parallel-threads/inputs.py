"""Inputs of the packing task: shards of int8 weights, of different sizes."""

from __future__ import annotations

import numpy as np
import torch

SMALLEST = 1024  # bytes of a shard; smaller ones might grow when they are packed


def make_inputs(generator: np.random.Generator, *, shards: int, size: int) -> tuple[torch.Tensor, ...]:
    """Return data (size,), uint8, and offsets (shards + 1,), int64.

    Values are rounded normal ones with a deviation between 2 and 8, another for each
    shard. Sizes differ by several times, the largest first or last or anywhere.
    """
    shares = generator.uniform(0.2, 1.5, size=shards) ** 2
    sizes = SMALLEST + np.floor(shares / shares.sum() * (size - shards * SMALLEST)).astype(np.int64)
    sizes[generator.integers(0, shards)] += size - sizes.sum()
    spread = np.repeat(generator.uniform(2.0, 8.0, size=shards), sizes).astype(np.float32)
    values = np.rint(generator.standard_normal(size, dtype=np.float32) * spread).clip(-127, 127)
    data = values.astype(np.int8).view(np.uint8)
    return torch.from_numpy(data), torch.from_numpy(np.concatenate([[0], np.cumsum(sizes)]))
