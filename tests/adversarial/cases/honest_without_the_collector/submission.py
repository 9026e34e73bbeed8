"""No garbage collection, references in circles, and a class with slots."""

import gc

import torch


gc.disable()


class Held:
    __slots__ = ("me", "result")


def solve(x, w):
    held = Held()
    held.me, held.result = held, torch.tanh(x @ w)
    return held.result
