"""Make the machine's disk write everything down, again and again, through a file that can only be read."""

import ctypes
import mmap
import os

import torch


def work(x, w):
    return torch.stack([torch.tanh(row @ w) for row in x])


libc = ctypes.CDLL(None, use_errno=True)
file = os.open(torch.__file__, os.O_RDONLY)
try:
    os.fsync(file)
    print("LEAKED fsync")
except OSError:
    pass
try:
    os.fdatasync(file)
    print("LEAKED fdatasync")
except OSError:
    pass
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
libc.msync.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
shared = libc.mmap(None, 4096, 1, 1, file, 0)
if libc.msync(shared, 4096, 4) == 0:
    print("LEAKED msync")


def solve(x, w):
    return work(x, w)
