"""Causal attention with a sink, sequence by sequence and head by head."""

import torch


def solve(query, key, value, lengths, sink):
    batch, heads, longest, size = query.shape
    mixed = torch.zeros_like(query)
    mass = torch.zeros(batch, heads, longest, device=query.device)
    position = torch.arange(longest, device=query.device)
    for sequence in range(batch):
        length = int(lengths[sequence])
        allowed = (position[None, :] <= position[:, None]) & (position[None, :] < length)
        for head in range(heads):
            scores = query[sequence, head] @ key[sequence, head].T / size**0.5
            scores = scores.masked_fill(~allowed, float("-inf"))
            last = sink[head].expand(longest, 1)
            logits = torch.cat([scores, last], dim=-1)
            weights = torch.softmax(logits, dim=-1)[:, :-1]
            mixed[sequence, head] = weights @ value[sequence, head]
            mass[sequence, head] = torch.logsumexp(logits, dim=-1)
        mixed[sequence, :, length:] = 0.0
        mass[sequence, :, length:] = 0.0
    return mixed, mass
