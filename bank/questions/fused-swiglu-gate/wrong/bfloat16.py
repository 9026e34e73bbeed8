"""Half the bytes, and far too coarse for this task."""

import torch

ALPHA = 1.702
LIMIT = 7.0


def solve(gate_up, scale, bias, route):
    gate, up = (gate_up.bfloat16().unsqueeze(1) * scale.bfloat16() + bias.bfloat16()).chunk(2, dim=-1)
    gate = gate.clamp(max=LIMIT)
    up = up.clamp(min=-LIMIT, max=LIMIT)
    hidden = gate * torch.sigmoid(ALPHA * gate) * (up + 1.0)
    return (route.bfloat16().unsqueeze(-1) * hidden).sum(dim=1).float()
