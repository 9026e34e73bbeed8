"""What machine measured: everything a reader needs to judge or repeat a figure."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

import torch

from grading.speed import clocks


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if "model name" in line)
    return next(names, platform.processor())


def facts(device: str) -> dict[str, Any]:
    """Return the machine's models, versions and load."""
    found: dict[str, Any] = {
        "device": device,
        "processor": _processor(),
        "cores": os.cpu_count(),
        "usable_cores": len(os.sched_getaffinity(0)),
        "load": [round(value, 2) for value in os.getloadavg()],
        "kernel": platform.release(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "wait_statistics": clocks.has_wait_statistics(),
    }
    if device == "cuda":
        found |= _gpu()
    return found


def _gpu() -> dict[str, Any]:
    properties = torch.cuda.get_device_properties(0)
    found: dict[str, Any] = {
        "gpu": properties.name,
        "gpu_memory_bytes": properties.total_memory,
        "cuda": torch.version.cuda,
    }
    for name, ask in (
        ("gpu_clock_mhz", torch.cuda.clock_rate),
        ("gpu_temperature_c", torch.cuda.temperature),
        ("gpu_power_mw", torch.cuda.power_draw),
    ):
        try:
            found[name] = ask()
        except Exception:  # noqa: BLE001  # NVML may be absent; each cause is another type
            found[name] = None
    return found
