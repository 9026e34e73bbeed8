"""The activations are cut into four int8 digits, so that int8 meets int8.

A row of activations is divided by its largest value and written with four digits to
the base 254, finer than float32 itself. Digits and weights are multiplied and summed
exactly, as integers, in one product of four rows a sequence; the weights stay int8
and are read once. Float32 then adds the four sums and applies the scales.

Processors without dot products of int8 may saturate on the way; where a trial shows
that, the weights are dequantised once.
"""

import torch

EPSILON = 1e-6
BASE = 254.0  # a digit is a whole number from -127 to 127
ROWS_AT_LEAST = 32  # what torch._int_mm takes on a GPU


def _int_mm_is_exact(weight):
    rows = weight.new_full((ROWS_AT_LEAST, weight.shape[0]), 127)
    rows[:, ::3] = -127
    wanted = torch.mm(rows.double(), weight.double())
    return torch.equal(torch._int_mm(rows, weight).double(), wanted)


def prepare(weights):
    layers = []
    for weight, scale in zip(weights["weight"], weights["scale"]):
        turned = weight.contiguous().t()
        if not _int_mm_is_exact(turned):
            turned = (weight.float() * scale.unsqueeze(-1)).t()
        layers.append((turned, scale.clone()))
    return layers


def digits(x):
    """Return four int8 rows for each row of x, and the unit of the first."""
    unit = torch.linalg.vector_norm(x, float("inf"), dim=-1, keepdim=True) / 127.0
    unit.clamp_(min=1e-30)
    rest = x / unit
    found = []
    for _ in range(4):
        digit = rest.round()
        found.append(digit)
        rest = (rest - digit).mul_(BASE)
    return torch.cat(found).to(torch.int8), unit


def solve(layers, x):
    h = x
    batch, width = x.shape
    for weight, scale in layers:
        normed = torch.nn.functional.rms_norm(h, (width,), None, EPSILON)
        if weight.dtype != torch.int8:
            h = torch.addmm(h, normed, weight)
            continue
        rows, unit = digits(normed)
        if x.device.type == "cuda" and rows.shape[0] < ROWS_AT_LEAST:
            rows = torch.nn.functional.pad(rows, (0, 0, 0, ROWS_AT_LEAST - rows.shape[0]))
        sums = torch._int_mm(rows, weight)[: 4 * batch].float().view(4, batch, width)
        total = torch.add(sums[2], sums[3], alpha=1.0 / BASE)
        total = torch.add(sums[1], total, alpha=1.0 / BASE)
        total = torch.add(sums[0], total, alpha=1.0 / BASE)
        h = torch.addcmul(h, total.mul_(unit), scale)
    return h
