"""Weights and requests of the memory-leak task."""

from __future__ import annotations

import numpy as np
import torch


def make_weights(generator: np.random.Generator, *, width: int, layers: int) -> dict[str, torch.Tensor]:
    """Return `matrices` (layers, width, width) and `biases` (layers, width)."""
    matrices = generator.standard_normal((layers, width, width), dtype=np.float32) / np.float32(width**0.5)
    biases = generator.uniform(-0.5, 0.5, size=(layers, width)).astype(np.float32)
    return {"matrices": torch.from_numpy(matrices), "biases": torch.from_numpy(biases)}


def make_inputs(generator: np.random.Generator, *, rows: int, width: int) -> tuple[torch.Tensor, ...]:
    """Return x and target (rows, width).

    The target has an offset of its own in every call, so that the adaptation moves
    the result far more than the tolerance, and in another direction each time.
    """
    x = generator.standard_normal((rows, width), dtype=np.float32)
    offset = generator.uniform(-2.0, 2.0, size=width).astype(np.float32)
    target = generator.standard_normal((rows, width), dtype=np.float32) + offset
    return torch.from_numpy(x), torch.from_numpy(target)
