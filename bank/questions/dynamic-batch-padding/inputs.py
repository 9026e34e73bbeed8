"""Weights and requests of the padding task."""

from __future__ import annotations

import numpy as np
import torch


def make_weights(generator: np.random.Generator, *, vocabulary: int, width: int) -> dict[str, torch.Tensor]:
    """Return the embeddings (vocabulary, width) and one block's matrices."""

    def matrix(rows: int, columns: int, scale: float) -> torch.Tensor:
        values = generator.standard_normal((rows, columns), dtype=np.float32)
        return torch.from_numpy(values * np.float32(scale))

    inner = 4 * width
    side = width**-0.5
    return {
        "embedding": matrix(vocabulary, width, 1.0),
        "wq": matrix(width, width, side),
        "wk": matrix(width, width, side),
        "wv": matrix(width, width, side),
        "wo": matrix(width, width, side),
        "w_in": matrix(width, inner, side),
        "w_out": matrix(inner, width, inner**-0.5),
    }


def make_inputs(
    generator: np.random.Generator, *, requests: int, longest: int, vocabulary: int, width: int
) -> tuple[torch.Tensor, ...]:
    """Return ids (requests, longest) and lengths (requests,), both int64.

    Most requests are short and a few are long, as in a chat service; one has the
    full length. What stands behind a request's end are ids like any other, so a
    program that lets them through is wrong.
    """
    del width  # only the weights have it
    ids = generator.integers(0, vocabulary, size=(requests, longest))
    drawn = np.exp(generator.normal(np.log(longest / 7), 0.8, size=requests))
    lengths = np.clip(np.rint(drawn), 1, longest).astype(np.int64)
    lengths[generator.integers(0, requests)] = longest
    return torch.from_numpy(ids), torch.from_numpy(lengths)
