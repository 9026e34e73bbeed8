"""Labels 300 samples and copies the label of the nearest: too few to know the borders."""

import torch


def prepare(weights):
    features = weights["samples"][:300]
    h = features @ weights["enter"]
    for up, down in zip(weights["up"], weights["down"]):
        y = torch.nn.functional.rms_norm(h, (h.shape[-1],), None, 1e-6)
        h = h + torch.nn.functional.silu(y @ up) @ down
    y = torch.nn.functional.rms_norm(h, (h.shape[-1],), None, 1e-6)
    return features, (y @ weights["head"]).argmax(dim=-1)


def solve(prepared, features):
    samples, labels = prepared
    return labels[torch.cdist(features, samples).argmin(dim=1)]
