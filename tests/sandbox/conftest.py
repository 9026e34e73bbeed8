from __future__ import annotations

import contextlib

import pytest

from grading.sandbox.command import Limits
from grading.sandbox.start import start_jails


@pytest.fixture
def limits():
    return Limits(memory_bytes=256 * 1024 * 1024)


@pytest.fixture
def warm_jail(limits):
    with contextlib.ExitStack() as stack:
        yield start_jails(1, limits, "cpu", stack=stack)[0]
