"""Inputs of the optimiser step over many small tensors."""

from __future__ import annotations

import numpy as np
import torch


def make_inputs(
    generator: np.random.Generator, *, tensors: int, values: int, loud: int
) -> tuple[torch.Tensor, ...]:
    """Return parameters, gradients, momentum (values,), offsets, rates and decays.

    `tensors` tensors of at least one value lie behind each other; offsets
    (tensors + 1,), int64. Sizes are exponential, so a few are large. rates and
    decays are of one tensor each. Norms of gradients differ by up to 30 times. With
    `loud` 1 the norm of all of them is near the limit, else far above it.
    """
    parameters = generator.standard_normal(values, dtype=np.float32)
    gradients = generator.standard_normal(values, dtype=np.float32)
    momentum = generator.standard_normal(values, dtype=np.float32) * np.float32(0.1)
    shares = generator.exponential(size=tensors)
    sizes = 1 + np.floor(shares / shares.sum() * (values - tensors)).astype(np.int64)
    sizes[generator.integers(0, tensors)] += values - sizes.sum()
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    gradients *= np.repeat(10.0 ** generator.uniform(-1.5, 0.0, size=tensors), sizes).astype(np.float32)
    norm = np.linalg.norm(gradients.astype(np.float64))
    wanted = generator.uniform(0.5, 1.5) if loud == 1 else generator.uniform(5.0, 50.0)
    gradients *= np.float32(wanted / max(norm, 1e-12))
    rates = generator.uniform(0.01, 0.1, size=tensors).astype(np.float32)
    decays = np.where(generator.random(tensors) < 0.5, 0.0, 0.1).astype(np.float32)
    return (
        torch.from_numpy(parameters),
        torch.from_numpy(gradients),
        torch.from_numpy(momentum),
        torch.from_numpy(offsets),
        torch.from_numpy(rates),
        torch.from_numpy(decays),
    )
