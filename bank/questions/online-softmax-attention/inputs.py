"""Inputs of the long attention task."""

from __future__ import annotations

import numpy as np
import torch


def make_inputs(
    generator: np.random.Generator, *, batch: int, heads: int, longest: int, size: int
) -> tuple[torch.Tensor, ...]:
    """Return query, key, value (batch, heads, longest, size), lengths and sinks.

    The first sequence is as long as there is room, the others have at least half of
    it. Queries are drawn larger towards the end, so that early rows are flat and late
    ones sharp, and a softmax without its maximum would overflow.
    """
    shape = (batch, heads, longest, size)
    query, key, value = (generator.standard_normal(shape, dtype=np.float32) for _ in range(3))
    query *= np.linspace(0.5, 8.0, longest, dtype=np.float32)[:, None]
    lengths = generator.integers((longest + 1) // 2, longest + 1, size=batch)
    lengths[0] = longest
    sink = generator.standard_normal(heads, dtype=np.float32)
    tensors = (torch.from_numpy(array) for array in (query, key, value))
    return (*tensors, torch.from_numpy(lengths.astype(np.int64)), torch.from_numpy(sink))
