"""What a lane has used, as the kernel counts it and the parent reads it.

Source: clock_getcpuclockid(3) for the number of a process's clock;
Documentation/scheduler/sched-stats.rst for /proc/PID/schedstat (nanoseconds run,
nanoseconds waited for a processor, turns).
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

NANO: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One look at all clocks. Units: seconds."""

    cpu: float  # of the guest, all its threads
    wall: float
    guest_wait: float  # its main thread, ready but not running
    parent_wait: float  # the same of the thread that reads


def _waited(path: str) -> float:
    try:
        return int(Path(path).read_text().split()[1]) * NANO
    except (OSError, IndexError, ValueError):
        return 0.0  # gone, or a kernel without the statistics: nothing to subtract


def has_wait_statistics() -> bool:
    """Say whether this kernel tells how long a process waited for a processor."""
    return Path("/proc/self/schedstat").exists()


def read(pid: int) -> Reading:
    """Read all clocks of a guest.

    Raises: `ProcessLookupError` when it is gone.
    """
    try:
        cpu = time.clock_gettime((~pid << 3) | 2)
    except OSError as error:
        raise ProcessLookupError(pid) from error
    return Reading(
        cpu=cpu,
        wall=time.monotonic(),
        guest_wait=_waited(f"/proc/{pid}/schedstat"),
        parent_wait=_waited(f"/proc/self/task/{_own_thread()}/schedstat"),
    )


def _own_thread() -> int:
    import threading  # noqa: PLC0415  # only its number is wanted

    return threading.get_native_id() or os.getpid()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What passed between two readings. Units: seconds."""

    cpu: float
    wall: float
    waited: float

    @property
    def effective(self) -> float:
        """Time the program is answerable for: computing or sleeping, not starving.

        Computing in a thread while the main one sleeps counts as computing.
        """
        return max(self.cpu, self.wall - self.waited)


def total(parts: Iterable[Spent]) -> Spent:
    """Return what several calls of one program spent together."""
    held = list(parts)
    return Spent(
        cpu=sum(one.cpu for one in held),
        wall=sum(one.wall for one in held),
        waited=sum(one.waited for one in held),
    )


def between(before: Reading, after: Reading) -> Spent:
    """Return what passed between two readings of the same guest."""
    waited = after.guest_wait - before.guest_wait
    waited += after.parent_wait - before.parent_wait
    return Spent(
        cpu=after.cpu - before.cpu, wall=after.wall - before.wall, waited=waited
    )
