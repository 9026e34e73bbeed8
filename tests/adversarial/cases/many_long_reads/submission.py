"""Sixty threads, each in a read of the largest library, which ends when it is read and not before."""

import ctypes
import os
import threading

import torch

libc = ctypes.CDLL(None, use_errno=True)
libc.preadv.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_long]
file = os.open(os.path.join(os.path.dirname(torch.__file__), "lib/libtorch_cpu.so"), os.O_RDONLY)
LENGTH = 420 * 2**10


class Part(ctypes.Structure):
    _fields_ = (("start", ctypes.c_void_p), ("length", ctypes.c_size_t))


room = ctypes.create_string_buffer(LENGTH)
parts = (Part * 1000)(*[(ctypes.addressof(room), LENGTH)] * 1000)


def read():
    while True:
        libc.preadv(file, ctypes.addressof(parts), 1000, 0)


def solve(x, w):
    for _ in range(60):
        threading.Thread(target=read, daemon=True).start()
    while True:
        pass
