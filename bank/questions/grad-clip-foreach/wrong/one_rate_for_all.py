"""Every tensor is stepped with the mean rate and the mean decay."""

import torch


def solve(parameters, gradients, momentum, offsets, rates, decays):
    scale = float(1.0 / (torch.linalg.vector_norm(gradients) + 1e-6))
    momentum.mul_(0.9).add_(gradients, alpha=min(1.0, scale))
    momentum.add_(parameters, alpha=float(decays.mean()))
    parameters.add_(momentum, alpha=-float(rates.mean()))
    return parameters, momentum
