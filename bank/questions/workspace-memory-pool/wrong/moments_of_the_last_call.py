"""The moments live in buffers that are kept, and nobody sets them to zero."""

import torch

kept = {}


def solve(parameters, target, curvature, rates):
    first, second = kept.setdefault(
        parameters.shape, (torch.zeros_like(parameters), torch.zeros_like(parameters))
    )
    for step, rate in enumerate(rates.tolist(), start=1):
        distance = parameters - target
        grad = curvature * distance * torch.rsqrt(1.0 + distance * distance)
        first.lerp_(grad, 0.1)
        second.mul_(0.99).addcmul_(grad, grad, value=0.01)
        update = first / (1.0 - 0.9**step) / ((second / (1.0 - 0.99**step)).sqrt_() + 1e-2)
        size = float(update.square().mean().sqrt())
        parameters.mul_(1.0 - rate * 0.05).add_(update, alpha=-rate / max(1.0, size / 0.8))
    return parameters
