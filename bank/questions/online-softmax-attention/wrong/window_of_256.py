"""Attends to the last 256 keys only: fast, and another model."""

import torch

WINDOW = 256


def solve(query, key, value, lengths, sink):
    mixed = torch.zeros_like(query)
    mass = query.new_zeros(query.shape[:3])
    scale = query.shape[-1] ** -0.5
    for s, length in enumerate(lengths.tolist()):
        for top in range(0, length, WINDOW):
            bottom, left = min(length, top + WINDOW), max(0, top - WINDOW)
            row = torch.arange(top, bottom).unsqueeze(-1)
            column = torch.arange(left, bottom)
            near = (column <= row) & (column > row - WINDOW)
            scores = query[s, :, top:bottom] @ key[s, :, left:bottom].transpose(1, 2) * scale
            scores.masked_fill_(~near, float("-inf"))
            total = torch.logaddexp(scores.logsumexp(-1), sink.unsqueeze(-1))
            shares = torch.exp(scores - total.unsqueeze(-1))
            mixed[s, :, top:bottom] = shares @ value[s, :, left:bottom]
            mass[s, :, top:bottom] = total
    return mixed, mass
