"""The inner loop, one line for each formula."""

import torch

BETA1, BETA2 = 0.9, 0.99
EPSILON = 1e-2
DECAY = 0.05


def gradient(parameters, target, curvature):
    distance = parameters - target
    return curvature * distance / torch.sqrt(1.0 + distance * distance)


def solve(parameters, target, curvature, rates):
    first = torch.zeros_like(parameters)
    second = torch.zeros_like(parameters)
    for step, rate in enumerate(rates.tolist(), start=1):
        grad = gradient(parameters, target, curvature)
        first = BETA1 * first + (1.0 - BETA1) * grad
        second = BETA2 * second + (1.0 - BETA2) * grad * grad
        first_hat = first / (1.0 - BETA1**step)
        second_hat = second / (1.0 - BETA2**step)
        update = first_hat / (torch.sqrt(second_hat) + EPSILON)
        size = torch.sqrt(torch.mean(update * update))
        update = update / torch.clamp(size / 0.8, min=1.0)
        parameters = parameters - rate * (update + DECAY * parameters)
    return parameters
