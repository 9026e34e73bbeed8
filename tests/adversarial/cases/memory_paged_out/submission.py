"""Ask the kernel to take the kept pages out of memory after each call."""

import ctypes

import torch

MADV_PAGEOUT = 21
kept = []
libc = ctypes.CDLL(None)


def solve(x, w):
    big = torch.ones(2_000_000)
    kept.append(big)
    begin = -(-big.data_ptr() // 4096) * 4096
    libc.madvise(ctypes.c_void_p(begin), ctypes.c_size_t(7_900_000), MADV_PAGEOUT)
    return torch.tanh(x @ w)
