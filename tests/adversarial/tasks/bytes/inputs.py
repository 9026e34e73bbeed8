"""Numbers from 0 to 15, an even count of them."""

from __future__ import annotations

import numpy as np
import torch


def make_inputs(generator, *, count, capacity):
    """Return numbers (count,) uint8."""
    return (torch.from_numpy(generator.integers(16, size=count, dtype=np.uint8)),)
