"""Block and ignore every signal, then never end."""

import signal

import torch


for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))


def solve(x, w):
    while True:
        pass
