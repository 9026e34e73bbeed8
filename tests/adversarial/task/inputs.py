"""Inputs of the task that the corpus is judged with."""

from __future__ import annotations

import numpy as np
import torch


def make_inputs(generator: np.random.Generator, *, rows: int, width: int) -> tuple[torch.Tensor, ...]:
    """Return x (rows, width) and w (width, width), float32."""
    x = generator.standard_normal((rows, width), dtype=np.float32)
    w = generator.standard_normal((width, width), dtype=np.float32) / np.float32(width**0.5)
    return torch.from_numpy(x), torch.from_numpy(w)
