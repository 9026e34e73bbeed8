"""Ask one member after the other, then look how far they agree."""

import torch
import torch.nn.functional as F


def member(weights, number, x):
    y = F.relu(x @ weights["w1"][number] + weights["b1"][number])
    y = F.relu(y @ weights["w2"][number] + weights["b2"][number])
    return y @ weights["w3"][number] + weights["b3"][number]


def solve(weights, x):
    members = weights["w1"].shape[0]
    answers = torch.stack([member(weights, number, x) for number in range(members)])
    return answers.mean(dim=0), answers.std(dim=0, correction=0)
