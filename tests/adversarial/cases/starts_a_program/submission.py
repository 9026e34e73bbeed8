"""Start another program, by every door that Python has."""

import os
import subprocess
import sys

import torch

def work(x, w):
    return torch.stack([torch.tanh(row @ w) for row in x])


for call in (
    lambda: subprocess.run(["/usr/bin/python3", "-c", "pass"], check=True),
    lambda: os.posix_spawn(sys.executable, [sys.executable, "-c", "pass"], {}),
    lambda: os.execv(sys.executable, [sys.executable, "-c", "print(1)"]),
    lambda: os.popen("id").read() or 1 / 0,
):
    try:
        call()
        print("LEAKED")
    except (OSError, ZeroDivisionError, TypeError):
        pass


def solve(x, w):
    return work(x, w)
