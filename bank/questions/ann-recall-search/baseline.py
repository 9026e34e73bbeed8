"""Measure every distance, keep the ten smallest."""

import torch

NEIGHBOURS = 10


def prepare(weights):
    vectors = weights["vectors"]
    return vectors.t().contiguous(), vectors.square().sum(dim=1)


def solve(prepared, queries):
    turned, squares = prepared
    # |q - v|^2 without |q|^2, which is the same for all of a query's distances
    distances = torch.addmm(squares, queries, turned, alpha=-2.0)
    return distances.topk(NEIGHBOURS, largest=False).indices
