"""Inputs of the inner optimiser loop."""

from __future__ import annotations

import numpy as np
import torch


def make_inputs(generator: np.random.Generator, *, rows: int, width: int, steps: int) -> tuple[torch.Tensor, ...]:
    """Return parameters, target and curvature (rows, width) and rates (steps,), float32.

    About one in twenty curvatures is small, so that the second moment spans several
    orders of magnitude. The rates are so large in the beginning that the update's
    root mean square exceeds 1 in some steps and not in others.
    """
    parameters = generator.standard_normal((rows, width), dtype=np.float32)
    target = generator.standard_normal((rows, width), dtype=np.float32)
    curvature = generator.random((rows, width), dtype=np.float32) + np.float32(0.01)
    rates = generator.uniform(0.02, 0.1, size=steps).astype(np.float32)
    return tuple(torch.from_numpy(values) for values in (parameters, target, curvature, rates))
