"""Weights and hidden states of the running log-likelihood task."""

from __future__ import annotations

import numpy as np
import torch


def make_weights(generator: np.random.Generator, *, width: int, vocabulary: int) -> dict[str, torch.Tensor]:
    """Return the unembedding (vocabulary, width) and a bias (vocabulary,)."""
    matrix = generator.standard_normal((vocabulary, width), dtype=np.float32)
    bias = generator.standard_normal(vocabulary, dtype=np.float32)
    return {
        "unembedding": torch.from_numpy(matrix * np.float32(2.0 / width**0.5)),
        "bias": torch.from_numpy(bias),
    }


def make_inputs(
    generator: np.random.Generator, *, documents: int, tokens: int, width: int, vocabulary: int
) -> tuple[torch.Tensor, ...]:
    """Return hidden (documents, tokens, width), targets and the totals so far.

    The totals are those of some hundred thousand tokens that came before: float64,
    between -2e6 and -2e5.
    """
    hidden = generator.standard_normal((documents, tokens, width), dtype=np.float32)
    targets = generator.integers(0, vocabulary, size=(documents, tokens), dtype=np.int64)
    totals = -generator.uniform(2e5, 2e6, size=documents)
    return torch.from_numpy(hidden), torch.from_numpy(targets), torch.from_numpy(totals)
