"""The momentum is kept in bfloat16, at half of the memory."""

import torch


def solve(parameters, gradients, momentum, offsets, rates, decays):
    sizes = offsets.diff()
    scale = float(1.0 / (torch.linalg.vector_norm(gradients) + 1e-6))
    held = momentum.bfloat16()
    held.mul_(0.9).add_(gradients, alpha=min(1.0, scale))
    held += torch.repeat_interleave(decays, sizes) * parameters
    velocity = held.float()
    parameters.addcmul_(torch.repeat_interleave(rates, sizes), velocity, value=-1.0)
    return parameters, velocity
