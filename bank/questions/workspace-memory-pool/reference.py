"""Four buffers for all steps and all calls; every operator writes into one of them.

The corrections of both moments, which are numbers, go into other numbers: the
second into EPSILON, both and the limit into the rate.
"""

import math

import torch

BETA1, BETA2 = 0.9, 0.99
EPSILON = 1e-2
DECAY = 0.05
LIMIT = 0.8
_kept = {}


def _buffers(like):
    key = like.shape, like.device
    if key not in _kept:
        _kept.clear()
        _kept[key] = tuple(torch.empty_like(like) for _ in range(4))
    return _kept[key]


def solve(parameters, target, curvature, rates):
    first, second, grad, scratch = _buffers(parameters)
    for step, rate in enumerate(rates.tolist(), start=1):
        torch.sub(parameters, target, out=grad)
        torch.mul(grad, grad, out=scratch)
        scratch.add_(1.0).rsqrt_()
        grad.mul_(curvature).mul_(scratch)
        if step == 1:
            torch.mul(grad, 1.0 - BETA1, out=first)
            torch.mul(grad, grad, out=second).mul_(1.0 - BETA2)
        else:
            first.lerp_(grad, 1.0 - BETA1)
            second.mul_(BETA2).addcmul_(grad, grad, value=1.0 - BETA2)
        # update = first / (sqrt(second) + shift) * factor
        correction = math.sqrt(1.0 - BETA2**step)
        factor = correction / (1.0 - BETA1**step)
        torch.sqrt(second, out=scratch)
        scratch.add_(EPSILON * correction)
        torch.div(first, scratch, out=grad)
        size = factor * float(torch.linalg.vector_norm(grad)) / math.sqrt(grad.numel())
        factor /= max(1.0, size / LIMIT)
        parameters.mul_(1.0 - rate * DECAY).add_(grad, alpha=-rate * factor)
    return parameters
