"""What the outputs should be, in float64, with a history of each layer.

Tolerance: values are around 1, and what a chunk is off by goes into the next one.
Float32 code stayed below a fiftieth of the bound in 60 draws, with a window or with
states; weights rounded to bfloat16 are off by 25 to 100 times it.
"""

from __future__ import annotations

import torch

TAPS = 3


def expected(weights: dict[str, torch.Tensor], frames: torch.Tensor, sizes: torch.Tensor) -> torch.Tensor:
    """Return the network's outputs (streams, frames, width)."""
    kernels, bias, gain = (weights[name].double() for name in ("kernels", "bias", "gain"))
    exact = frames.double()
    streams, length, width = exact.shape
    layers = len(kernels)
    leads = [(TAPS - 1) * 2**layer for layer in range(layers)]
    given = [torch.zeros(streams, lead + length, width, dtype=torch.float64) for lead in leads]
    outputs = torch.empty_like(exact)
    end = 0
    for size in sizes.tolist():
        start, end = end, end + size
        x = exact[:, start:end].clone()
        if start:
            x += gain * outputs[:, start - 1 : start]
        for layer in range(layers):
            given[layer][:, leads[layer] + start : leads[layer] + end] = x
            y = bias[layer]
            for tap in range(TAPS):
                first = start + tap * 2**layer
                y = y + given[layer][:, first : first + size] @ kernels[layer, :, :, tap].T
            x = x + 0.5 * torch.tanh(y)
        outputs[:, start:end] = x
    return outputs
