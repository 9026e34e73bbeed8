"""Read from address 0 in the middle of a call."""

import ctypes



def solve(x, w):
    return ctypes.string_at(0)
