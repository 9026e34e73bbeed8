"""Keeps eight million bytes of every call."""

from __future__ import annotations

import torch

kept: list[torch.Tensor] = []


def solve(x, w):
    kept.append(torch.ones(2_000_000))
    return torch.tanh(x @ w)
