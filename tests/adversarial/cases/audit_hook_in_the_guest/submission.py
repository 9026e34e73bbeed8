"""An audit hook and a profiler that interfere with everything the guest does."""

import os
import sys

import torch


def work(x, w):
    return torch.stack([torch.tanh(row @ w) for row in x])


def hook(event, arguments):
    if event.startswith(("socket", "os.", "open")):
        raise RuntimeError("no")


sys.addaudithook(hook)
sys.setprofile(lambda *rest: None)


def solve(x, w):
    return work(x, w)
