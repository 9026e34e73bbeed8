from __future__ import annotations

import os
import time

import pytest

from grading.speed import clocks
from grading.speed.clocks import Spent


def test_starving_is_not_held_against_a_program():
    assert Spent(cpu=1.0, wall=5.0, waited=4.0).effective == 1.0


def test_sleeping_is():
    assert Spent(cpu=1.0, wall=5.0, waited=0.0).effective == 5.0


def test_threads_that_compute_beside_a_sleeping_main_one_count():
    assert Spent(cpu=8.0, wall=5.0, waited=5.0).effective == 8.0


def test_the_kernels_account_of_a_process_is_read_from_outside():
    before = clocks.read(os.getpid())
    end = time.process_time() + 0.05
    while time.process_time() < end:
        pass
    spent = clocks.between(before, clocks.read(os.getpid()))

    assert 0.05 <= spent.cpu < 0.5
    assert spent.wall >= 0.04


def test_a_process_that_is_gone_is_told():
    with pytest.raises(ProcessLookupError):
        clocks.read(2**22 - 1)
