"""Weights and activations of the quantised linear layer."""

from __future__ import annotations

import numpy as np
import torch


def make_weights(generator: np.random.Generator, *, inner: int, outer: int) -> dict[str, torch.Tensor]:
    """Return int8 weights (outer, inner), their scales and a bias (outer,).

    The scales differ by a factor of ten from channel to channel.
    """
    weight = generator.integers(-127, 128, size=(outer, inner), dtype=np.int8)
    scale = generator.uniform(0.00005, 0.0005, size=outer).astype(np.float32)
    bias = generator.standard_normal(outer, dtype=np.float32)
    return {
        "weight": torch.from_numpy(weight),
        "scale": torch.from_numpy(scale),
        "bias": torch.from_numpy(bias),
    }


def make_inputs(generator: np.random.Generator, *, rows: int, inner: int, outer: int) -> tuple[torch.Tensor, ...]:
    """Return x (rows, inner) in float32.

    Every row has its own size, from 0.5 to 3, and the last one is zero: a token
    of padding.
    """
    size = np.exp(generator.uniform(np.log(0.5), np.log(3.0), size=(rows, 1)))
    x = generator.standard_normal((rows, inner), dtype=np.float32) * size.astype(np.float32)
    x[-1] = 0.0
    return (torch.from_numpy(x),)
