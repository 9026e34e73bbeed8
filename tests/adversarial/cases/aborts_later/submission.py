"""Abort after some good calls."""

import os

import torch

def work(x, w):
    return torch.stack([torch.tanh(row @ w) for row in x])


count = []


def solve(x, w):
    count.append(1)
    if len(count) > 5:
        os.abort()
    return work(x, w)
