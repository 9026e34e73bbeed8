"""Have a timer or a descriptor send SIGCONT while the program is stopped."""

import ctypes
import fcntl
import os

import torch

def work(x, w):
    return torch.stack([torch.tanh(row @ w) for row in x])


libc = ctypes.CDLL(None, use_errno=True)
event = (ctypes.c_int * 16)()
event[2], event[3] = 18, 0  # SIGCONT by signal
timer = ctypes.c_void_p()
if libc.syscall(222, 1, event, ctypes.byref(timer)) == 0:
    print("LEAKED timer")
read, write = os.pipe()
for command, value in ((10, 18), (8, os.getpid())):  # F_SETSIG, F_SETOWN
    try:
        fcntl.fcntl(read, command, value)
        print("LEAKED", command)
    except OSError:
        pass


def solve(x, w):
    return work(x, w)
