"""Half of the memory traffic: both moments in bfloat16."""

import torch


def solve(parameters, target, curvature, rates):
    first = torch.zeros_like(parameters, dtype=torch.bfloat16)
    second = torch.zeros_like(first)
    for step, rate in enumerate(rates.tolist(), start=1):
        distance = parameters - target
        grad = (curvature * distance * torch.rsqrt(1.0 + distance * distance)).bfloat16()
        first.lerp_(grad, 0.1)
        second.mul_(0.99).addcmul_(grad, grad, value=0.01)
        update = first / (1.0 - 0.9**step) / ((second / (1.0 - 0.99**step)).sqrt_() + 1e-2)
        size = float(update.float().square().mean().sqrt())
        parameters.mul_(1.0 - rate * 0.05).add_(update, alpha=-rate / max(1.0, size / 0.8))
    return parameters
