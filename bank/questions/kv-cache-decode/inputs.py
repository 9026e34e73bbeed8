"""Weights and prompts of the decoding task."""

from __future__ import annotations

import numpy as np
import torch


def make_weights(generator: np.random.Generator, *, width: int) -> dict[str, torch.Tensor]:
    """Return wq, wk, wv and wo (width, width); a hidden state h becomes h @ w.

    Queries and keys are drawn a little larger, so that the attention is not flat
    and an answer that ignores it is far off.
    """
    def drawn(gain: float) -> torch.Tensor:
        values = generator.standard_normal((width, width), dtype=np.float32)
        return torch.from_numpy(values * np.float32(gain / width**0.5))

    return {"wq": drawn(1.2), "wk": drawn(1.2), "wv": drawn(1.0), "wo": drawn(1.0)}


def make_inputs(
    generator: np.random.Generator, *, batch: int, prompt: int, steps: int, width: int
) -> tuple[torch.Tensor, ...]:
    """Return the prompts (batch, prompt, width) and a tensor that only tells `steps`.

    `start` (steps, width) is added to the newest hidden state before each step, as
    the embedding of a token would be; nobody can know it before the call.
    """
    prompts = generator.standard_normal((batch, prompt, width), dtype=np.float32)
    start = generator.standard_normal((steps, width), dtype=np.float32)
    return torch.from_numpy(prompts), torch.from_numpy(start)
