"""Timers that go off every microsecond, with handlers, while computing and while frozen."""

import signal

import torch


def work(x, w):
    return torch.stack([torch.tanh(row @ w) for row in x])


hits = 0


def hit(number, frame):
    global hits
    hits += 1


for kind, number in ((signal.ITIMER_REAL, signal.SIGALRM), (signal.ITIMER_VIRTUAL, signal.SIGVTALRM)):
    signal.signal(number, hit)
    signal.siginterrupt(number, False)
    signal.setitimer(kind, 0.001, 0.0005)


def solve(x, w):
    return work(x, w)
