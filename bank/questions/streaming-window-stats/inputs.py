"""Weights and streams of the chunk by chunk task."""

from __future__ import annotations

import numpy as np
import torch

TAPS = 3


def make_weights(generator: np.random.Generator, *, layers: int, width: int) -> dict[str, torch.Tensor]:
    """Return kernels (layers, width, width, 3), bias (layers, width) and gain (width,)."""

    def normal(*shape: int) -> torch.Tensor:
        return torch.from_numpy(generator.standard_normal(shape, dtype=np.float32))

    return {
        "kernels": normal(layers, width, width, TAPS) * (TAPS * width) ** -0.5,
        "bias": normal(layers, width) * 0.1,
        "gain": torch.from_numpy(generator.uniform(-0.5, 0.5, size=width).astype(np.float32)),
    }


def make_inputs(
    generator: np.random.Generator, *, streams: int, frames: int, chunks: int, width: int
) -> tuple[torch.Tensor, ...]:
    """Return frames (streams, frames, width) and the chunks' sizes (chunks,), int64.

    Sizes are from 1 to about twice their mean, as the network delivers them.
    """
    values = generator.standard_normal((streams, frames, width), dtype=np.float32)
    spread = max(1, frames // (2 * chunks))
    sizes = np.full(chunks, frames // chunks)
    sizes[: frames % chunks] += 1
    for place in range(0, chunks - 1, 2):
        moved = generator.integers(0, min(spread, sizes[place + 1] - 1) + 1)
        sizes[place] += moved
        sizes[place + 1] -= moved
    sizes = generator.permutation(sizes).astype(np.int64)
    return torch.from_numpy(values), torch.from_numpy(sizes)
