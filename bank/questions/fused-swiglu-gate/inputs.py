"""Inputs of the gated activation task."""

from __future__ import annotations

import numpy as np
import torch


def make_inputs(generator: np.random.Generator, *, tokens: int, adapters: int, hidden: int) -> tuple[torch.Tensor, ...]:
    """Return gate_up (tokens, 2 hidden), scale, bias (adapters, 2 hidden) and route.

    `route` (tokens, adapters) is a softmax. One value in twenty of gate and up lies
    beyond the limits, so that a program which does not clamp is far off.
    """
    values = generator.standard_normal((tokens, 2 * hidden), dtype=np.float32)
    values *= np.float32(3.5)
    scale = generator.uniform(0.5, 1.5, size=(adapters, 2 * hidden)).astype(np.float32)
    bias = generator.uniform(-0.5, 0.5, size=(adapters, 2 * hidden)).astype(np.float32)
    scores = torch.from_numpy(generator.standard_normal((tokens, adapters), dtype=np.float32))
    tensors = (torch.from_numpy(array) for array in (values, scale, bias))
    return (*tensors, torch.softmax(scores, dim=-1))
