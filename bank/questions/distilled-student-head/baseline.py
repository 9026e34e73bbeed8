"""The teacher itself: residual blocks over the features, then the head."""

import torch

EPSILON = 1e-6


def solve(weights, features):
    h = features @ weights["enter"]
    for up, down in zip(weights["up"], weights["down"]):
        y = torch.nn.functional.rms_norm(h, (h.shape[-1],), None, EPSILON)
        h = h + torch.nn.functional.silu(y @ up) @ down
    y = torch.nn.functional.rms_norm(h, (h.shape[-1],), None, EPSILON)
    return (y @ weights["head"]).argmax(dim=-1)
