"""Teacher and features of the distillation task."""

from __future__ import annotations

import functools

import numpy as np
import torch

KINDS = 96  # of documents, each a flat cloud of features
DIRECTIONS = 4


@functools.cache
def _kinds(width: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the kinds' middles (kinds, width) and directions (kinds, 4, width).

    They are always the same, so that the features a student was taught with and those
    it is asked about are about the same things; the teacher is new each time.
    """
    fixed = np.random.default_rng(411)
    middles = fixed.standard_normal((KINDS, width), dtype=np.float32)
    directions = fixed.standard_normal((KINDS, DIRECTIONS, width), dtype=np.float32)
    return middles, directions * np.float32(0.12)


def _features(generator: np.random.Generator, rows: int, width: int) -> torch.Tensor:
    middles, directions = _kinds(width)
    kinds = generator.integers(KINDS, size=rows)
    found = middles[kinds]
    along = generator.standard_normal((rows, DIRECTIONS), dtype=np.float32)
    for part in range(DIRECTIONS):
        found += along[:, part, None] * directions[kinds, part]
    return torch.from_numpy(found + np.float32(0.05) * generator.standard_normal((rows, width), dtype=np.float32))


def make_weights(
    generator: np.random.Generator, *, width: int, hidden: int, blocks: int, classes: int, samples: int
) -> dict[str, torch.Tensor]:
    """Return the teacher and `samples` (samples, width), features without labels.

    `enter` (width, hidden), `up` (blocks, hidden, hidden), `down` (blocks, hidden,
    hidden) and `head` (hidden, classes); all float32.
    """
    def drawn(*shape: int, gain: float = 1.0) -> torch.Tensor:
        values = generator.standard_normal(shape, dtype=np.float32)
        return torch.from_numpy(values * np.float32(gain / shape[-2] ** 0.5))

    return {
        "enter": drawn(width, hidden),
        "up": drawn(blocks, hidden, hidden, gain=1.5),
        "down": drawn(blocks, hidden, hidden, gain=0.25),
        "head": drawn(hidden, classes),
        "samples": _features(generator, samples, width),
    }


def make_inputs(generator: np.random.Generator, *, rows: int, width: int) -> tuple[torch.Tensor, ...]:
    """Return features (rows, width) float32."""
    return (_features(generator, rows, width),)
