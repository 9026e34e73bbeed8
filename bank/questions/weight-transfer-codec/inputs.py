"""Weights before and after some steps of training."""

from __future__ import annotations

import numpy as np
import torch

SHARES = (0.45, 0.20, 0.18, 0.12, 0.05)  # of the rows, drawn row by row
SPREADS = (0.0, 2.5e-5, 2e-4, 4e-3, 0.1)  # of a row's changes


def make_inputs(generator: np.random.Generator, *, rows: int, width: int, capacity: int) -> tuple[torch.Tensor, ...]:
    """Return `held` and `new` (rows, width) float32 and an empty message (capacity,).

    Rows change as those of an embedding or an expert do: most were not used and did
    not change, few changed a lot.
    """
    held = generator.standard_normal((rows, width), dtype=np.float32)
    spread = np.array(SPREADS, dtype=np.float32)[generator.choice(len(SPREADS), size=rows, p=SHARES)]
    new = held + spread[:, None] * generator.standard_normal((rows, width), dtype=np.float32)
    return torch.from_numpy(held), torch.from_numpy(new), torch.zeros(capacity, dtype=torch.uint8)
