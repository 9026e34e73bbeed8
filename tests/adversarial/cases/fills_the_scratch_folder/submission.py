"""Write files until the disk is full, and anonymous ones after that."""

import os

import torch

def work(x, w):
    return torch.stack([torch.tanh(row @ w) for row in x])


written = 0
try:
    with open("/tmp/filler", "wb") as file:
        while written < 2**32:
            written += file.write(bytes(2**20))
            file.flush()
except OSError:
    pass
if written > 80 * 2**20:
    print("LEAKED", written)
try:
    os.memfd_create("more")
    print("LEAKED memfd")
except OSError:
    pass
os.unlink("/tmp/filler")


def solve(x, w):
    return work(x, w)
