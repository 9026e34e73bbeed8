"""Stored vectors and queries of the nearest-neighbour task."""

from __future__ import annotations

import functools

import numpy as np
import torch

TOPICS = 400
DIRECTIONS = 5  # in which the vectors of one topic differ
NOISE = 0.1  # in all the others


@functools.cache
def _topics(width: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the topics' middles (topics, width) and directions (topics, 5, width).

    They are always the same: stored vectors and queries, which are made apart and
    new each time, are about the same things.
    """
    fixed = np.random.default_rng(2026)
    middles = fixed.standard_normal((TOPICS, width), dtype=np.float32)
    directions = fixed.standard_normal((TOPICS, DIRECTIONS, width), dtype=np.float32)
    return middles, directions * np.float32(0.45)


def _near(generator: np.random.Generator, topics: np.ndarray, width: int) -> torch.Tensor:
    middles, directions = _topics(width)
    found = middles[topics]
    along = generator.standard_normal((len(topics), DIRECTIONS), dtype=np.float32)
    for part in range(DIRECTIONS):
        found += along[:, part, None] * directions[topics, part]
    noise = generator.standard_normal((len(topics), width), dtype=np.float32)
    return torch.from_numpy(found + np.float32(NOISE) * noise)


def make_weights(generator: np.random.Generator, *, count: int, width: int) -> dict[str, torch.Tensor]:
    """Return `vectors` (count, width) float32.

    Embeddings lie in clusters of very different size, flat ones: much is written
    about few subjects, and what is written differs in few ways. The sizes follow a
    power law over the rank, from some 3,000 down to some 55; which topic has which
    is drawn. Drawn sizes were tried: in 3 % of all draws one topic took so much that
    others had fewer vectors than are asked for, and a good index became a wrong one.
    """
    share = generator.permutation(np.arange(1, TOPICS + 1) ** (-2.0 / 3.0))
    topics = generator.choice(TOPICS, size=count, p=share / share.sum())
    return {"vectors": _near(generator, topics, width)}


def make_inputs(generator: np.random.Generator, *, queries: int, width: int) -> tuple[torch.Tensor, ...]:
    """Return queries (queries, width) float32, about all topics alike."""
    return (_near(generator, generator.integers(TOPICS, size=queries), width),)
