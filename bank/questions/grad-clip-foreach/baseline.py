"""Clip by the norm of all gradients, then step: one tensor after the other."""

import torch

LIMIT = 1.0
MOMENTUM = 0.9


def solve(parameters, gradients, momentum, offsets, rates, decays):
    sizes = offsets.diff().tolist()
    params = parameters.split(sizes)
    grads = gradients.split(sizes)
    velocities = momentum.split(sizes)

    squares = torch.zeros((), device=parameters.device)
    for grad in grads:
        squares += grad.pow(2).sum()
    norm = torch.sqrt(squares)
    scale = torch.clamp(LIMIT / (norm + 1e-6), max=1.0)

    for number, (param, grad, velocity) in enumerate(zip(params, grads, velocities)):
        grad.mul_(scale)
        grad.add_(decays[number] * param)
        velocity.mul_(MOMENTUM).add_(grad)
        param.sub_(rates[number] * velocity)
    return parameters, momentum
