"""Write the whole message, claim half of it."""

import torch


def solve(numbers):
    message = torch.zeros(len(numbers) + 1, dtype=torch.uint8)
    message[1:] = numbers
    return message, torch.tensor([1 + len(numbers) // 2])
