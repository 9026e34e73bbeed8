"""What the ensemble's mean and spread should be, in float64.

Tolerance: answers are around 1, and what each of 512 members is off by cancels in
the mean. Float32 code stayed below a hundredth of the bound in 60 draws; bfloat16 is
off by a hundred times the bound.
"""

from __future__ import annotations

import torch


def expected(weights: dict[str, torch.Tensor], x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return mean and standard deviation over the members (rows, targets)."""
    exact = {name: tensor.double() for name, tensor in weights.items()}
    y = torch.relu(x.double() @ exact["w1"] + exact["b1"].unsqueeze(1))
    y = torch.relu(y @ exact["w2"] + exact["b2"].unsqueeze(1))
    answers = y @ exact["w3"] + exact["b3"].unsqueeze(1)
    return answers.mean(dim=0), answers.std(dim=0, correction=0)
