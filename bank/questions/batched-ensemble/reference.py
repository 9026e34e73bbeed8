"""Three products for all members: one wide, since they share x, and two batched."""

import torch


def prepare(weights):
    members, features, hidden = weights["w1"].shape
    wide = weights["w1"].permute(1, 0, 2).reshape(features, members * hidden).contiguous()
    return (
        wide,
        weights["b1"].reshape(-1).contiguous(),
        weights["w2"],
        weights["b2"].unsqueeze(1).contiguous(),
        weights["w3"],
        weights["b3"].unsqueeze(1).contiguous(),
    )


def solve(prepared, x):
    wide, b1, w2, b2, w3, b3 = prepared
    members, hidden = w2.shape[:2]
    y = torch.addmm(b1, x, wide).relu_()
    y = y.view(x.shape[0], members, hidden).transpose(0, 1)
    y = torch.baddbmm(b2, y, w2).relu_()
    answers = torch.baddbmm(b3, y, w3)
    spread, mean = torch.std_mean(answers, dim=0, correction=0)
    return mean, spread
