"""What torch sets up at first use is set up before a lane is forked."""

from __future__ import annotations

import subprocess
import sys

import pytest

FORKS = 400  # unroused, 2 % of them compute a wrong value: none in 0.03 % of the runs
PROGRAM = f"""
import os, sys, threading
import torch
from grading.sandbox import guest

torch.set_num_threads(1)
guest.rouse(torch)


def largest_error():
    x, found, start = torch.randn(128), [None, None], threading.Barrier(2)

    def compute(which):
        start.wait()
        found[which] = torch.tanh(x)

    threads = [threading.Thread(target=compute, args=(n,)) for n in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    truth = torch.tanh(x.double())
    return max(float((value - truth).abs().max()) for value in found)


wrong = 0
for _ in range({FORKS}):
    child = os.fork()
    if child == 0:
        os._exit(largest_error() > 1e-6)
    wrong += os.waitpid(child, 0)[1] != 0
print(wrong)
"""


@pytest.mark.slow
def test_two_threads_that_use_a_function_first_both_get_it_right():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == ["0"]
