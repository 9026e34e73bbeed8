"""Weights and the queue of the batching task."""

from __future__ import annotations

import numpy as np
import torch


def make_weights(generator: np.random.Generator, *, width: int, inner: int) -> dict[str, torch.Tensor]:
    """Return w_in (width, inner) and w_out (inner, width)."""
    w_in = generator.standard_normal((width, inner), dtype=np.float32) * np.float32(width**-0.5)
    w_out = generator.standard_normal((inner, width), dtype=np.float32) * np.float32(0.5 * inner**-0.5)
    return {"w_in": torch.from_numpy(w_in), "w_out": torch.from_numpy(w_out)}


def make_inputs(
    generator: np.random.Generator, *, requests: int, longest: int, width: int, inner: int
) -> tuple[torch.Tensor, ...]:
    """Return states (requests, width), prompts (requests, inner) and lengths.

    Lengths are geometric with a mean of a sixth of the longest, at least 1; one
    request has the longest, so a batch of 16 waits for about three times its mean.
    """
    states = generator.standard_normal((requests, width), dtype=np.float32)
    prompts = generator.standard_normal((requests, inner), dtype=np.float32)
    lengths = generator.geometric(min(1.0, 6.0 / longest), size=requests).clip(1, longest)
    lengths[generator.integers(0, requests)] = longest
    return torch.from_numpy(states), torch.from_numpy(prompts), torch.from_numpy(lengths.astype(np.int64))
