"""The norm is always made 1, also when it is smaller."""

import torch


def solve(parameters, gradients, momentum, offsets, rates, decays):
    sizes = offsets.diff()
    scale = float(1.0 / (torch.linalg.vector_norm(gradients) + 1e-6))
    momentum.mul_(0.9).add_(gradients, alpha=scale)
    momentum.addcmul_(torch.repeat_interleave(decays, sizes), parameters)
    parameters.addcmul_(torch.repeat_interleave(rates, sizes), momentum, value=-1.0)
    return parameters, momentum
