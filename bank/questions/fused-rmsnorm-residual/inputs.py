"""Inputs of the residual and RMSNorm task."""

from __future__ import annotations

import numpy as np
import torch


def make_inputs(generator: np.random.Generator, *, rows: int, width: int, layers: int) -> tuple[torch.Tensor, ...]:
    """Return x (rows, width), weight and bias (layers, width), all float32.

    The rows differ in size by a factor of ten, as real activations do, so that a
    shortcut which assumes one norm for all of them is far off.
    """
    scale = generator.uniform(1.0, 10.0, size=(rows, 1)).astype(np.float32)
    x = (generator.random((rows, width), dtype=np.float32) - np.float32(0.5)) * scale
    weight = generator.uniform(0.5, 1.5, size=(layers, width)).astype(np.float32)
    bias = generator.uniform(-0.5, 0.5, size=(layers, width)).astype(np.float32)
    return torch.from_numpy(x), torch.from_numpy(weight), torch.from_numpy(bias)
