"""The adapters' activations and their mixture, written down as the formulas read."""

import torch

ALPHA = 1.702
LIMIT = 7.0


def solve(gate_up, scale, bias, route):
    gate, up = (gate_up.unsqueeze(1) * scale + bias).chunk(2, dim=-1)
    gate = gate.clamp(max=LIMIT)
    up = up.clamp(min=-LIMIT, max=LIMIT)
    activated = gate * torch.sigmoid(ALPHA * gate)
    hidden = activated * (up + 1.0)
    return (route.unsqueeze(-1) * hidden).sum(dim=1)
