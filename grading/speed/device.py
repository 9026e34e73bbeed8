"""Which device a judgement uses, and that it has the device to itself."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import torch

from grading.errors import ServiceFault

if TYPE_CHECKING:
    from collections.abc import Iterator

DEVICES: Final = ("auto", "cpu", "cuda")
PROBE_SIZE: Final = 2048
PROBE_SLOWER: Final = 3.0  # times the calibrated probe: something else is running
PROBE_SECONDS: Final = 2.0


class DeviceUnavailable(ServiceFault):
    """The device that was asked for is not in this machine."""

    code = "service.device_unavailable"


class DeviceBusy(ServiceFault):
    """Another judgement holds the device."""

    code = "service.device_busy"
    retryable = True


class Gpu(Protocol):
    """What the judge needs of a GPU."""

    def present(self) -> bool:
        """Say whether torch can use one."""

    def name(self) -> str:
        """Return a name that tells this GPU from the machine's others."""

    def probe(self) -> float:
        """Run a fixed piece of work; return its seconds."""


class TorchGpu:
    """The first GPU that torch sees."""

    def present(self) -> bool:
        """Say whether torch can use one."""
        return torch.cuda.is_available()

    def name(self) -> str:
        """Return the GPU's unique number, or its index where there is none."""
        number = getattr(torch.cuda.get_device_properties(0), "uuid", None)
        return str(number or f"index-{torch.cuda.current_device()}")

    def probe(self) -> float:
        """Multiply two fixed matrices; return the GPU's seconds."""
        left = torch.ones(PROBE_SIZE, PROBE_SIZE, device="cuda")
        begin = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]  # torch has no types here
        end = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]  # the same
        torch.cuda.synchronize()
        begin.record()
        for _ in range(4):
            left = left @ left / PROBE_SIZE
        end.record()
        end.synchronize()
        return float(begin.elapsed_time(end)) / 1_000


def resolve(wanted: str, gpu: Gpu) -> str:
    """Return "cpu" or "cuda" for what was asked.

    Raises: `DeviceUnavailable` when a GPU is asked for and there is none.
    """
    if wanted == "auto":
        return "cuda" if gpu.present() else "cpu"
    if wanted == "cuda" and not gpu.present():
        message = "There is no CUDA device that torch can use on this machine."
        raise DeviceUnavailable(message)
    return wanted


@contextlib.contextmanager
def exclusive(device: str, gpu: Gpu, *, seconds: float = 600.0) -> Iterator[None]:
    """Hold the GPU for one judgement; on the CPU this is nothing.

    Raises: `DeviceBusy` when another judgement holds it for `seconds`.
    """
    if device != "cuda":
        yield
        return
    place = Path(tempfile.gettempdir()) / f"inferview-gpu-{gpu.name()}.lock"
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    lock = os.open(place, flags, 0o600)
    try:
        end = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > end:
                    message = "Another judgement is using this GPU."
                    raise DeviceBusy(message) from None
                time.sleep(0.1)
        yield
    finally:
        os.close(lock)


class Quiet:
    """Notices work that a frozen program left running on the GPU.

    Freezing a process stops no kernel it has started. So before the other lane's
    turn a known piece of work must run at the speed it had on the idle GPU.
    """

    def __init__(self, device: str, gpu: Gpu) -> None:
        self._gpu = gpu if device == "cuda" else None
        self._idle = 0.0

    def calibrate(self) -> None:
        """Learn the probe's speed while both lanes are frozen and fresh."""
        if self._gpu is not None:
            self._gpu.probe()
            self._idle = min(self._gpu.probe() for _ in range(5))

    def settled(self) -> bool:
        """Wait for the GPU to be free; False when it does not become so."""
        if self._gpu is None:
            return True
        end = time.monotonic() + PROBE_SECONDS
        while self._gpu.probe() > self._idle * PROBE_SLOWER:
            if time.monotonic() > end:
                return False
        return True
