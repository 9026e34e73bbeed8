"""Ask devices and descriptors for what is not theirs: keys typed, owners and signals."""

import fcntl

import torch


def work(x, w):
    return torch.stack([torch.tanh(row @ w) for row in x])


for number in (0, 1, 2):
    for order in (0x5412, 0x541C, 0x540E, 0x5452, 0x8901, 0x5402, 0x801C581F):
        try:
            fcntl.ioctl(number, order, bytearray(64))
            print("LEAKED ioctl", hex(order))
        except OSError as error:
            if error.errno != 1:
                print("LEAKED ioctl", hex(order), error.errno)
    for order in (8, 10, 15, 1024, 1025, 1026, 1031, 1033, 1036, 36, 37, 38):
        try:
            fcntl.fcntl(number, order, 1)
            print("LEAKED fcntl", order)
        except OSError as error:
            if error.errno != 1:
                print("LEAKED fcntl", order, error.errno)


def solve(x, w):
    return work(x, w)
