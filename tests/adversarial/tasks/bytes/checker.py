"""A message is a byte that tells the form, 0 or 1, and the numbers in that form."""

from __future__ import annotations

import torch


def expected(numbers):
    """Return the numbers that the receiver should have."""
    return numbers


def accept(outputs, truth, inputs):
    """Decode the message and compare."""
    sent, (numbers,) = outputs[0], truth
    if len(sent) == 0 or int(sent[0]) > 1:
        return False, 2.0, "the message has no known form"
    found = sent[1:]
    if int(sent[0]) == 1:
        found = torch.stack([found & 15, found >> 4], dim=1).view(-1)
    if len(found) != len(numbers):
        return False, 2.0, f"{len(found)} numbers came, not {len(numbers)}"
    off = int((found != numbers).sum())
    return off == 0, float(off), f"{off} numbers are others"
