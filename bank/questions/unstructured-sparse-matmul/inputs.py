"""Weights and activations of the unstructured sparsity task."""

from __future__ import annotations

import numpy as np
import torch


def make_weights(generator: np.random.Generator, *, layers: int, width: int) -> dict[str, torch.Tensor]:
    """Return dense weights (layers, width, width), 98 % of them zero, and biases.

    The zeros have no pattern, but an output channel keeps between 0.5 and 3.5 % of
    its weights; the first three channels of a layer keep none.
    """
    share = generator.uniform(0.005, 0.035, size=(layers, width, 1)).astype(np.float32)
    share[:, :3] = 0.0
    kept = generator.random((layers, width, width), dtype=np.float32) < share
    weight = generator.standard_normal((layers, width, width), dtype=np.float32)
    weight *= kept * np.float32((0.01 * width) ** -0.5)
    bias = generator.uniform(-0.3, 0.5, size=(layers, width)).astype(np.float32)
    return {"weight": torch.from_numpy(weight), "bias": torch.from_numpy(bias)}


def make_inputs(generator: np.random.Generator, *, rows: int, width: int) -> tuple[torch.Tensor, ...]:
    """Return x (rows, width) in float32."""
    return (torch.from_numpy(generator.standard_normal((rows, width), dtype=np.float32)),)
