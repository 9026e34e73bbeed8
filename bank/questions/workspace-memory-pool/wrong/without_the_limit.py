"""The update's size is not looked at, which saves two passes."""

import torch


def solve(parameters, target, curvature, rates):
    first, second = torch.zeros_like(parameters), torch.zeros_like(parameters)
    for step, rate in enumerate(rates.tolist(), start=1):
        distance = parameters - target
        grad = curvature * distance * torch.rsqrt(1.0 + distance * distance)
        first.lerp_(grad, 0.1)
        second.mul_(0.99).addcmul_(grad, grad, value=0.01)
        update = first / (1.0 - 0.9**step) / ((second / (1.0 - 0.99**step)).sqrt_() + 1e-2)
        parameters.mul_(1.0 - rate * 0.05).add_(update, alpha=-rate)
    return parameters
