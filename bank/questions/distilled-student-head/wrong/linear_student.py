"""A least-squares student: very fast, and too simple for this teacher."""

import torch


def teach(weights, features):
    h = features @ weights["enter"]
    for up, down in zip(weights["up"], weights["down"]):
        y = torch.nn.functional.rms_norm(h, (h.shape[-1],), None, 1e-6)
        h = h + torch.nn.functional.silu(y @ up) @ down
    return torch.nn.functional.rms_norm(h, (h.shape[-1],), None, 1e-6) @ weights["head"]


def prepare(weights):
    features = weights["samples"]
    extended = torch.cat([features, torch.ones(len(features), 1)], dim=1)
    return torch.linalg.lstsq(extended, teach(weights, features)).solution


def solve(student, features):
    return (features @ student[:-1] + student[-1]).argmax(dim=-1)
