"""Weights and drafts of the verification task.

All weights are small whole numbers, so that float32 computes every logit exactly,
in whatever order, and the ids do not depend on rounding. Which token follows which
is a fixed permutation most of the time: that is how drafts that are mostly right
can be made here, where the weights are not at hand. A token's influence on the
second next one is usually small; a few tokens shout, and then it is anyone's guess.
"""

from __future__ import annotations

import numpy as np
import torch

SHOUTS = (1, 2, 12)
SHOUT_CHANCES = (0.60, 0.375, 0.025)
SLIP_CHANCE = 0.015  # that a draft is off at a position


def make_weights(generator: np.random.Generator, *, vocabulary: int, width: int) -> dict[str, torch.Tensor]:
    """Return newest and previous (vocabulary, width) and out (width, vocabulary)."""
    newest = _signs(generator, vocabulary, width)
    previous = _signs(generator, vocabulary, width)
    previous *= generator.choice(SHOUTS, p=SHOUT_CHANCES, size=(vocabulary, 1)).astype(np.float32)
    out = np.empty((width, vocabulary), dtype=np.float32)
    out[:, _usual(np.arange(vocabulary), vocabulary)] = newest.T
    return {
        "newest": torch.from_numpy(newest),
        "previous": torch.from_numpy(previous),
        "out": torch.from_numpy(out),
    }


def make_inputs(
    generator: np.random.Generator, *, sequences: int, positions: int, vocabulary: int, width: int
) -> tuple[torch.Tensor, ...]:
    """Return context (sequences, 2) and draft (sequences, positions - 1), int64."""
    del width  # only the weights have it
    context = generator.integers(0, vocabulary, size=(sequences, 2))
    draft = np.empty((sequences, positions - 1), dtype=np.int64)
    token = context[:, 1]
    for position in range(positions - 1):
        slips = generator.random(sequences) < SLIP_CHANCE
        token = np.where(slips, generator.integers(0, vocabulary, sequences), _usual(token, vocabulary))
        draft[:, position] = token
    return torch.from_numpy(context), torch.from_numpy(draft)


def _signs(generator: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    return generator.integers(0, 2, size=(rows, columns)).astype(np.float32) * 2 - 1


def _usual(token: np.ndarray, vocabulary: int) -> np.ndarray:
    """Return what usually follows; one to one, if the vocabulary is a power of two."""
    return (token * 1229 + 523) % vocabulary
