"""Weights and images of the convolution task."""

from __future__ import annotations

import numpy as np
import torch


def make_weights(generator: np.random.Generator, *, blocks: int, channels: int) -> dict[str, torch.Tensor]:
    """Return what each block has, blocks behind each other.

    wide (blocks, channels, channels, 3, 3), point (blocks, channels, channels, 1, 1)
    and, for the three branches' norms, gain, shift, mean and variance
    (blocks, 3, channels). Gains and variances differ a lot from channel to channel.
    """

    def normal(*shape: int) -> np.ndarray:
        return generator.standard_normal(shape, dtype=np.float32)

    wide = normal(blocks, channels, channels, 3, 3) * np.float32((9 * channels) ** -0.5)
    point = normal(blocks, channels, channels, 1, 1) * np.float32(channels**-0.5)
    norms = (blocks, 3, channels)
    weights = {
        "wide": wide,
        "point": point,
        "gain": generator.uniform(0.4, 1.2, size=norms).astype(np.float32),
        "shift": normal(*norms) * np.float32(0.2),
        "mean": normal(*norms) * np.float32(0.3),
        "variance": generator.uniform(0.5, 3.0, size=norms).astype(np.float32),
    }
    return {name: torch.from_numpy(values) for name, values in weights.items()}


def make_inputs(
    generator: np.random.Generator, *, images: int, channels: int, height: int, width: int
) -> tuple[torch.Tensor, ...]:
    """Return images (images, channels, height, width), float32."""
    return (torch.from_numpy(generator.standard_normal((images, channels, height, width), dtype=np.float32)),)
