"""Dataclasses, a temporary file, a garbage collector that is off: nothing unusual."""

import gc
import tempfile
from dataclasses import dataclass

import torch



gc.disable()


@dataclass
class Plan:
    rows: int
    width: int


with tempfile.NamedTemporaryFile("w+") as notes:
    notes.write("plan")
    notes.flush()
plans = {}


def solve(x, w):
    plans[x.shape] = Plan(*x.shape)
    return torch.tanh(x @ w)
