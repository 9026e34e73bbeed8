"""Blocks of rows, with a generator, a queue and a worker that lives on."""

import queue
import threading

import torch


orders, answers = queue.Queue(), queue.Queue()


def serve():
    while True:
        x, w = orders.get()
        answers.put(torch.tanh(x @ w))


threading.Thread(target=serve, daemon=True).start()


def solve(x, w):
    parts = x.split(100)
    for part in parts:
        orders.put((part, w))
    return torch.cat([answers.get() for _ in parts])
