from __future__ import annotations

import fcntl
import os

import pytest

from grading.speed import device
from grading.speed.device import (
    DeviceBusy,
    DeviceUnavailable,
    Quiet,
    exclusive,
    resolve,
)


class FakeGpu:
    def __init__(self, *, present=True, times=(1.0,)):
        self._present = present
        self._times = list(times)

    def present(self):
        return self._present

    def name(self):
        return f"fake-{os.getpid()}"

    def probe(self):
        return self._times.pop(0) if len(self._times) > 1 else self._times[0]


def test_auto_takes_a_gpu_where_there_is_one():
    assert resolve("auto", FakeGpu()) == "cuda"
    assert resolve("auto", FakeGpu(present=False)) == "cpu"
    assert resolve("cpu", FakeGpu()) == "cpu"


def test_a_gpu_that_is_not_there_is_an_error_and_no_silent_cpu():
    with pytest.raises(DeviceUnavailable, match="no CUDA device"):
        resolve("cuda", FakeGpu(present=False))


def test_one_judgement_at_a_time_holds_a_gpu(tmp_path, monkeypatch):
    monkeypatch.setattr(device.tempfile, "gettempdir", lambda: str(tmp_path))
    gpu = FakeGpu()

    second = exclusive("cuda", gpu, seconds=0.0)
    with exclusive("cuda", gpu), pytest.raises(DeviceBusy), second:
        pass
    with exclusive("cuda", gpu, seconds=0.0):
        lock = next(tmp_path.iterdir())
        with lock.open() as other, pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_the_processor_needs_no_lock(tmp_path, monkeypatch):
    monkeypatch.setattr(device.tempfile, "gettempdir", lambda: str(tmp_path))

    with exclusive("cpu", FakeGpu()):
        assert list(tmp_path.iterdir()) == []


def test_work_left_on_the_gpu_is_noticed(monkeypatch):
    monkeypatch.setattr(device, "PROBE_SECONDS", 0.01)
    quiet = Quiet("cuda", FakeGpu(times=(9.0, *[1.0] * 5, 5.0)))
    quiet.calibrate()

    assert not quiet.settled()


def test_a_gpu_that_becomes_free_is_waited_for():
    quiet = Quiet("cuda", FakeGpu(times=(9.0, *[1.0] * 5, 5.0, 4.0, 1.1)))
    quiet.calibrate()

    assert quiet.settled()


def test_the_processor_is_always_settled():
    assert Quiet("cpu", FakeGpu(times=(9.0,))).settled()
