"""The tensors lie behind each other, so a step over all of them is a step over one.

A tensor's own numbers are spread over its values; all else is a handful of operators.
"""

import torch

LIMIT = 1.0
MOMENTUM = 0.9


def solve(parameters, gradients, momentum, offsets, rates, decays):
    norm = torch.linalg.vector_norm(gradients)
    scale = float(torch.clamp(LIMIT / (norm + 1e-6), max=1.0))
    sizes = offsets.diff()
    values = parameters.numel()
    momentum.mul_(MOMENTUM).add_(gradients, alpha=scale)
    decay = torch.repeat_interleave(decays, sizes, output_size=values)
    momentum.addcmul_(decay, parameters)
    rate = torch.repeat_interleave(rates, sizes, output_size=values)
    parameters.addcmul_(rate, momentum, value=-1.0)
    return parameters, momentum
