"""One member made of the mean of all, and no spread."""

import torch


def prepare(weights):
    return {name: tensor.mean(dim=0) for name, tensor in weights.items()}


def solve(mean, x):
    y = torch.relu(x @ mean["w1"] + mean["b1"])
    y = torch.relu(y @ mean["w2"] + mean["b2"])
    y = y @ mean["w3"] + mean["b3"]
    return y, torch.zeros_like(y)
