"""What the network returns, in float64, from the weights that are left.

Tolerance: values are around 1. Float32 code was seen to stay below a tenth of the
bound (20 draws, dense and compressed sums); bfloat16 is off by a thousand times the
bound, and a fifth of the left weights missing by more.
"""

from __future__ import annotations

import torch

_Layer = tuple[torch.Tensor, torch.Tensor, torch.Tensor]
_kept: list[tuple[torch.Tensor, list[_Layer]]] = []  # the last weights, taken apart


def _left(weight: torch.Tensor) -> list[_Layer]:
    """Return columns, first places and values of every row, for each layer."""
    if not _kept or _kept[0][0] is not weight:
        layers = []
        for dense in weight:
            places = dense.nonzero()
            counts = torch.bincount(places[:, 0], minlength=dense.shape[0])
            first = counts.cumsum(0) - counts
            values = dense[places[:, 0], places[:, 1]].double()
            layers.append((places[:, 1].contiguous(), first, values))
        _kept[:] = [(weight, layers)]
    return _kept[0][1]


def expected(weights: dict[str, torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    """Return h (rows, width) after all layers."""
    h = x.double().T.contiguous()
    biases = weights["bias"].double().unsqueeze(-1)
    for (columns, first, values), bias in zip(_left(weights["weight"]), biases, strict=True):
        sums = torch.nn.functional.embedding_bag(
            columns, h, first, mode="sum", per_sample_weights=values
        )
        h = torch.relu(sums + bias)
    return h.T
