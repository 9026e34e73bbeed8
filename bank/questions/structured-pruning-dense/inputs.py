"""Weights, masks and activations of the structured pruning task."""

from __future__ import annotations

import numpy as np
import torch


def make_weights(generator: np.random.Generator, *, layers: int, width: int, inner: int) -> dict[str, torch.Tensor]:
    """Return the blocks' weights and biases and a mask (layers, inner) of channels.

    Between 18 and 24 % of a layer's channels are kept, other ones in every layer.
    The weights of pruned channels are not zero, and neither are their biases.
    """
    def drawn(*shape: int, gain: float) -> torch.Tensor:
        return torch.from_numpy(generator.standard_normal(shape, dtype=np.float32) * np.float32(gain))

    mask = torch.zeros(layers, inner)
    for layer in range(layers):
        kept = int(inner * generator.uniform(0.18, 0.24))
        mask[layer, torch.from_numpy(generator.permutation(inner)[:kept])] = 1.0
    return {
        "w_in": drawn(layers, inner, width, gain=width**-0.5),
        "b_in": drawn(layers, inner, gain=0.5),
        "mask": mask,
        "w_out": drawn(layers, width, inner, gain=inner**-0.5),
        "b_out": drawn(layers, width, gain=0.1),
    }


def make_inputs(generator: np.random.Generator, *, rows: int, width: int) -> tuple[torch.Tensor, ...]:
    """Return x (rows, width) in float32."""
    return (torch.from_numpy(generator.standard_normal((rows, width), dtype=np.float32)),)
