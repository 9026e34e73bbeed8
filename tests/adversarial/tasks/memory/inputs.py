"""Inputs of the task with which memory cheats are judged."""

from __future__ import annotations

import numpy as np
import torch


def make_inputs(generator, *, rows, width):
    """Return x (rows, width) and w (width, width), float32."""
    x = generator.standard_normal((rows, width), dtype=np.float32)
    w = generator.standard_normal((width, width), dtype=np.float32)
    return torch.from_numpy(x), torch.from_numpy(w / np.float32(width**0.5))
