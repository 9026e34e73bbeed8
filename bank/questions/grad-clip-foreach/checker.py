"""What parameters and momentum should be, in float64.

Tolerance: parameters are around 1 and rounded once or twice, so float32 code stayed
below a twentieth of the bound in 60 draws, summed tensor by tensor or all at once;
momentum kept in bfloat16 is off by up to a thousand times the bound.
"""

from __future__ import annotations

import torch

LIMIT = 1.0
MOMENTUM = 0.9


def expected(  # noqa: PLR0913  # the task's inputs
    parameters: torch.Tensor,
    gradients: torch.Tensor,
    momentum: torch.Tensor,
    offsets: torch.Tensor,
    rates: torch.Tensor,
    decays: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the new parameters and the new momentum (values,)."""
    exact = gradients.double()
    scale = min(1.0, LIMIT / (float(torch.linalg.vector_norm(exact)) + 1e-6))
    sizes = offsets.diff()
    decay = torch.repeat_interleave(decays.double(), sizes)
    rate = torch.repeat_interleave(rates.double(), sizes)
    start = parameters.double()
    velocity = MOMENTUM * momentum.double() + scale * exact + decay * start
    return start - rate * velocity, velocity
