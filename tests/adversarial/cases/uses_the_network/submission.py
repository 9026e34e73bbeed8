"""Open a connection of any kind."""

import socket

import torch

def work(x, w):
    return torch.stack([torch.tanh(row @ w) for row in x])


for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, 16, 17, 40):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            socket.socket(family, kind)
            print("LEAKED", family, kind)
        except OSError:
            pass


def solve(x, w):
    return work(x, w)
