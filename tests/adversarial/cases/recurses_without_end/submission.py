"""Call oneself until the stack is used up, with the limit lifted."""

import sys
import threading

import torch


sys.setrecursionlimit(2**30)
threading.stack_size(2**20)


class Deep:
    def __repr__(self):
        return repr(self)


def solve(x, w):
    return repr(Deep())
