"""Weights and inputs of the ensemble."""

from __future__ import annotations

import numpy as np
import torch


def make_weights(
    generator: np.random.Generator, *, members: int, features: int, hidden: int, targets: int
) -> dict[str, torch.Tensor]:
    """Return three layers of every member, members first."""

    def matrix(rows: int, columns: int) -> torch.Tensor:
        values = generator.standard_normal((members, rows, columns), dtype=np.float32)
        return torch.from_numpy(values * np.float32((2.0 / rows) ** 0.5))

    def bias(columns: int) -> torch.Tensor:
        values = generator.standard_normal((members, columns), dtype=np.float32)
        return torch.from_numpy(values * np.float32(0.1))

    return {
        "w1": matrix(features, hidden),
        "b1": bias(hidden),
        "w2": matrix(hidden, hidden),
        "b2": bias(hidden),
        "w3": matrix(hidden, targets),
        "b3": bias(targets),
    }


def make_inputs(
    generator: np.random.Generator, *, rows: int, features: int, targets: int
) -> tuple[torch.Tensor, ...]:
    """Return x (rows, features), float32."""
    del targets  # only the weights have it
    return (torch.from_numpy(generator.standard_normal((rows, features), dtype=np.float32)),)
