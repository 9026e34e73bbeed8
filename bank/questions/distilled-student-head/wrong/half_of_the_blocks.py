"""Leaves out every second block of the teacher: twice as fast, another classifier."""

import torch


def solve(weights, features):
    h = features @ weights["enter"]
    for up, down in zip(weights["up"][::2], weights["down"][::2]):
        y = torch.nn.functional.rms_norm(h, (h.shape[-1],), None, 1e-6)
        h = h + torch.nn.functional.silu(y @ up) @ down
    y = torch.nn.functional.rms_norm(h, (h.shape[-1],), None, 1e-6)
    return (y @ weights["head"]).argmax(dim=-1)
