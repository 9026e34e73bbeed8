"""Sends two numbers in a byte."""

from __future__ import annotations

import torch


def solve(numbers):
    message = torch.ones(len(numbers) + 1, dtype=torch.uint8)
    end = 1 + len(numbers) // 2
    message[1:end] = numbers[::2] + 16 * numbers[1::2]
    return message, torch.tensor([end])
