"""Sends a byte for each number."""

from __future__ import annotations

import torch


def solve(numbers):
    message = torch.zeros(len(numbers) + 1, dtype=torch.uint8)
    message[1:] = numbers
    return message, torch.tensor([len(message)])
