"""Weights and hidden states of the weight-only int8 task."""

from __future__ import annotations

import numpy as np
import torch


def make_weights(generator: np.random.Generator, *, layers: int, width: int) -> dict[str, torch.Tensor]:
    """Return int8 weights (layers, width, width) and a scale per output channel.

    The scales differ by a factor of ten, and a layer adds about as much as it gets.
    """
    weight = generator.integers(-127, 128, size=(layers, width, width), dtype=np.int8)
    unit = 1.0 / (74.0 * width**0.5)  # 74: the integers' standard deviation
    scale = generator.uniform(0.2 * unit, 2.0 * unit, size=(layers, width))
    return {"weight": torch.from_numpy(weight), "scale": torch.from_numpy(scale.astype(np.float32))}


def make_inputs(generator: np.random.Generator, *, batch: int, width: int) -> tuple[torch.Tensor, ...]:
    """Return x (batch, width), with a few channels that are thirty times larger.

    Language models have such channels; a coarse grid over all of them is far off.
    """
    x = generator.standard_normal((batch, width), dtype=np.float32)
    x[:, generator.integers(0, width, size=4)] *= np.float32(30.0)
    return (torch.from_numpy(x),)
