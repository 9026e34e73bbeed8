"""Send itself the signal that stops a process."""

import signal
import threading

import torch

def work(x, w):
    return torch.stack([torch.tanh(row @ w) for row in x])


def solve(x, w):
    signal.pthread_kill(threading.main_thread().ident, signal.SIGSTOP)
    return work(x, w)
