"""Inputs of the sampling task: logits, each request's settings and its random number."""

from __future__ import annotations

import numpy as np
import torch

MARGIN = 2e-5  # of probability, between any decision and its threshold
TRIES = 1000


def make_inputs(
    generator: np.random.Generator, *, requests: int, vocabulary: int, most: int, levels: int
) -> tuple[torch.Tensor, ...]:
    """Return logits (requests, vocabulary), top_k, top_p and uniform (requests,).

    Logits are float32 in 1 / `levels`: few levels make many ties. They are drawn
    with a spread of their own for each request, so that some are nearly certain and
    others are not. top_p and uniform are drawn again while a sum of probabilities
    lies so near to them that rounding could decide.
    """
    spread = generator.uniform(1.0, 3.0, size=(requests, 1))
    logits = generator.standard_normal((requests, vocabulary), dtype=np.float32) * spread
    logits = (np.rint(logits * levels) / levels).astype(np.float32)
    top_k = generator.integers(1, min(most, vocabulary) + 1, size=requests)
    top_p, uniform = np.empty(requests), np.empty(requests)
    for row in range(requests):
        k = top_k[row]
        best = np.sort(np.partition(logits[row], vocabulary - k)[vocabulary - k :])[::-1]
        shares = np.exp(best.astype(np.float64) - best[0])
        sums = np.cumsum(shares / shares.sum())
        top_p[row] = _away(generator, sums[:-1], 0.5, 1.0)
        kept = sums[: 1 + np.count_nonzero(sums[:-1] < top_p[row])]
        uniform[row] = _away(generator, kept[:-1] / kept[-1], 0.0, 1.0 - MARGIN)
    return (
        torch.from_numpy(logits),
        torch.from_numpy(top_k),
        torch.from_numpy(top_p.astype(np.float32)),
        torch.from_numpy(uniform.astype(np.float32)),
    )


def _away(generator: np.random.Generator, thresholds: np.ndarray, low: float, high: float) -> float:
    """Draw a number that is not near to any threshold."""
    for _ in range(TRIES):
        drawn = float(np.float32(generator.uniform(low, high)))
        if not len(thresholds) or np.abs(thresholds - drawn).min() > MARGIN:
            return drawn
    message = "the thresholds leave no room"
    raise ValueError(message)
