"""Keeps nothing."""

from __future__ import annotations

import torch


def solve(x, w):
    return torch.tanh(x @ w)
