"""Control groups, both versions: bound a lane, freeze it, kill it, forget it.

A machine may have version 1, version 2 or a mixture, and may let us use all of
it, a part, or nothing. `find_home` looks once; each lane then gets its own group.
What could not be had is not in `Group.in_force`, and the caller decides.

Source: Documentation/admin-guide/cgroup-v1/ and cgroup-v2.rst of Linux.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grading.sandbox.command import Limits

WANTED: Final = ("memory", "pids", "cpu")
PERIOD_MICROSECONDS: Final = 100_000
# A lane runs for milliseconds at a time, and whoever interrupts it leaves colder caches
# behind. Ten times what a group gets that nobody set.
SHARES: Final = 10 * 1024  # version 1
WEIGHT: Final = 10 * 100  # version 2
FREEZE_SECONDS: Final = 5.0  # a group that will not stand still by then is broken
PREFIX: Final = "inferview-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The folders in which this process may make groups."""

    v1: Mapping[str, Path]  # controller -> folder, freezer included
    v2: Path | None
    v2_controllers: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mount:
    version: int
    controllers: frozenset[str]
    point: Path
    root: str


def _mounts(text: str) -> list[_Mount]:
    """Read /proc/self/mountinfo."""
    found = []
    for line in text.splitlines():
        left, _, right = line.partition(" - ")
        fields, kinds = left.split(), right.split()
        if len(kinds) < 3 or kinds[0] not in ("cgroup", "cgroup2"):  # noqa: PLR2004  # type, source, options
            continue
        found.append(
            _Mount(
                version=2 if kinds[0] == "cgroup2" else 1,
                controllers=frozenset(kinds[2].split(",")),
                point=Path(fields[4]),
                root=fields[3],
            )
        )
    return found


def _own_paths(text: str) -> dict[str, str]:
    """Read /proc/self/cgroup: controller ("" for version 2) -> our group."""
    paths = {}
    for line in text.splitlines():
        _, controllers, path = line.split(":", 2)
        for name in controllers.split(","):
            paths[name] = path
    return paths


def _folder(mount: _Mount, own: str) -> Path:
    inside = own.removeprefix(mount.root) if mount.root != "/" else own
    folder = mount.point / inside.lstrip("/")
    return folder if folder.is_dir() else mount.point


def _may_make_groups(folder: Path) -> bool:
    trial = folder / f"{PREFIX}trial-{os.getpid()}"
    try:
        trial.mkdir()
    except OSError:
        return False
    with contextlib.suppress(OSError):
        trial.rmdir()
    return (folder / "cgroup.procs").exists()


def _v2_home(folder: Path) -> tuple[Path | None, frozenset[str]]:
    """Find a folder of version 2, our own group or the one above it."""
    best: tuple[Path | None, frozenset[str]] = (None, frozenset())
    for place in (folder, folder.parent):
        if not (place / "cgroup.procs").exists() or not _may_make_groups(place):
            continue
        for name in WANTED:
            with contextlib.suppress(OSError):
                (place / "cgroup.subtree_control").write_text(f"+{name}")
        passed_on = (place / "cgroup.subtree_control").read_text().split()
        usable = frozenset(passed_on) & frozenset(WANTED)
        if best[0] is None or len(usable) > len(best[1]):
            best = (place, usable)
    return best


def find_home(
    mountinfo: Path = Path("/proc/self/mountinfo"),
    membership: Path = Path("/proc/self/cgroup"),
) -> Home:
    """Find out where this process may make groups; nothing is no error."""
    own = _own_paths(membership.read_text())
    v1: dict[str, Path] = {}
    v2: Path | None = None
    controllers: frozenset[str] = frozenset()
    for mount in _mounts(mountinfo.read_text()):
        if mount.version == 2:  # noqa: PLR2004  # its name
            v2, controllers = _v2_home(_folder(mount, own.get("", "/")))
            continue
        for name in (*WANTED, "freezer"):
            if name in mount.controllers:
                folder = _folder(mount, own.get(name, "/"))
                if _may_make_groups(folder):
                    v1[name] = folder
    return Home(v1=v1, v2=v2, v2_controllers=controllers)


class Group:
    """The groups of one lane, one folder per hierarchy."""

    def __init__(self, home: Home, name: str) -> None:
        self._v1 = {
            controller: folder / f"{PREFIX}{name}"
            for controller, folder in home.v1.items()
        }
        self._v2 = home.v2 / f"{PREFIX}{name}" if home.v2 is not None else None
        if self._v2 is not None:
            # Version 2's frozen processes can be killed; version 1's can't.
            self._v1.pop("freezer", None)
        self._v2_controllers = home.v2_controllers if self._v2 else frozenset()
        self._peak = -1  # a descriptor: version 2 forgets for who holds one

    @property
    def folders(self) -> tuple[Path, ...]:
        """Every folder that this group has on the machine."""
        own = dict.fromkeys(self._v1.values())
        return (*own, *([self._v2] if self._v2 is not None else []))

    @property
    def can_freeze(self) -> bool:
        """Say whether the whole group can be stopped at once."""
        return self._v2 is not None or "freezer" in self._v1

    def in_force(self) -> dict[str, str]:
        """Return each bound that this group keeps, and by which version."""
        kept = {name: "cgroup v1" for name in self._v1 if name != "freezer"}
        kept |= dict.fromkeys(self._v2_controllers - kept.keys(), "cgroup v2")
        if self.can_freeze:
            kept["freezer"] = "cgroup v2" if self._v2 is not None else "cgroup v1"
        return kept

    def make(self, limits: Limits) -> None:
        """Make the folders and set what does not depend on the running program."""
        for folder in self.folders:
            folder.mkdir(exist_ok=True)
        cpus = limits.threads + 1  # honest code is never throttled, a bomb is
        quota = cpus * PERIOD_MICROSECONDS
        if "pids" in self._v1:
            (self._v1["pids"] / "pids.max").write_text(str(limits.processes))
        elif "pids" in self._v2_controllers:
            self._file("pids.max").write_text(str(limits.processes))
        if "cpu" in self._v1:
            folder = self._v1["cpu"]
            (folder / "cpu.cfs_period_us").write_text(str(PERIOD_MICROSECONDS))
            (folder / "cpu.cfs_quota_us").write_text(str(quota))
            (folder / "cpu.shares").write_text(str(SHARES))
        elif "cpu" in self._v2_controllers:
            self._file("cpu.max").write_text(f"{quota} {PERIOD_MICROSECONDS}")
            self._file("cpu.weight").write_text(str(WEIGHT))

    def bound_memory(self, most_bytes: int) -> bool:
        """Set the most memory the group may hold; False when nothing can."""
        if "memory" in self._v1:
            folder = self._v1["memory"]
            (folder / "memory.limit_in_bytes").write_text(str(most_bytes))
            with contextlib.suppress(OSError):  # only where swap is accounted
                (folder / "memory.memsw.limit_in_bytes").write_text(str(most_bytes))
            return True
        if "memory" in self._v2_controllers:
            self._file("memory.max").write_text(str(most_bytes))
            with contextlib.suppress(OSError):
                self._file("memory.swap.max").write_text("0")
            return True
        return False

    def memory_kills(self) -> int:
        """Return how often the kernel killed in this group for want of memory."""
        if "memory" in self._v1:
            text = (self._v1["memory"] / "memory.oom_control").read_text()
        elif "memory" in self._v2_controllers:
            text = self._file("memory.events").read_text()
        else:
            return 0
        counts = dict(line.split(None, 1) for line in text.splitlines())
        return int(counts.get("oom_kill", 0))

    def memory_held(self) -> int | None:
        """Return the bytes that the kernel charges to this group now.

        That is all of its own, whatever thread asked for it and whether it is
        mapped or in the scratch folder; not what another group touched first, like
        the judge's inputs and outputs. None when no controller counts.
        """
        if "memory" in self._v1:
            return int(self._v1_account("usage_in_bytes").read_text())
        if "memory" in self._v2_controllers:
            return int(self._file("memory.current").read_text())
        return None

    def forget_peak(self) -> None:
        """Begin a new account of the most memory held, where the kernel can.

        Version 2 can since Linux 6.12; before, the account is the group's whole
        life, which can only be more.
        """
        if "memory" in self._v1:
            self._v1_account("max_usage_in_bytes").write_text("0")
        elif "memory" in self._v2_controllers:
            self._close_peak()
            with contextlib.suppress(OSError):
                path = self._file("memory.peak")
                self._peak = os.open(path, os.O_RDWR | os.O_CLOEXEC)
                os.write(self._peak, b"reset")

    def memory_peak(self) -> int | None:
        """Return the most bytes charged at once since `forget_peak`.

        None when nothing tells: no controller, or a kernel before 5.19.
        """
        if "memory" in self._v1:
            return int(self._v1_account("max_usage_in_bytes").read_text())
        if "memory" in self._v2_controllers:
            if self._peak >= 0:
                return int(os.pread(self._peak, 64, 0))
            with contextlib.suppress(FileNotFoundError):
                return int(self._file("memory.peak").read_text())
        return None

    def _v1_account(self, name: str) -> Path:
        """Return version 1's account, with what was swapped out where that counts."""
        with_swap = self._v1["memory"] / f"memory.memsw.{name}"
        plain = self._v1["memory"] / f"memory.{name}"
        return with_swap if with_swap.exists() else plain

    def _close_peak(self) -> None:
        if self._peak >= 0:
            os.close(self._peak)
            self._peak = -1

    def entrances(self) -> tuple[str, ...]:
        """Return the files that a process writes itself into."""
        return tuple(str(folder / "cgroup.procs") for folder in self.folders)

    def take(self, pid: int) -> None:
        """Move a running process into the group."""
        for entrance in self.entrances():
            Path(entrance).write_text(str(pid))

    def freeze(self) -> None:
        """Stop every process of the group; returns when all stand still.

        Raises: `TimeoutError`.
        """
        if self._v2 is not None:
            self._file("cgroup.freeze").write_text("1")
        else:
            (self._v1["freezer"] / "freezer.state").write_text("FROZEN")
        end = time.monotonic() + FREEZE_SECONDS
        while not self.frozen():
            if time.monotonic() > end:
                message = "the lane's control group did not freeze"
                raise TimeoutError(message)

    def frozen(self) -> bool:
        """Say whether every process of the group stands still."""
        if self._v2 is not None:
            return "frozen 1" in self._file("cgroup.events").read_text()
        state = (self._v1["freezer"] / "freezer.state").read_text()
        return state.strip() == "FROZEN"

    def thaw(self) -> None:
        """Let the group run."""
        if self._v2 is not None:
            self._file("cgroup.freeze").write_text("0")
        elif "freezer" in self._v1:
            (self._v1["freezer"] / "freezer.state").write_text("THAWED")

    def kill(self) -> None:
        """Kill every process of the group, frozen or not."""
        for folder in self.folders:
            with contextlib.suppress(OSError):
                for line in (folder / "cgroup.procs").read_text().split():
                    with contextlib.suppress(OSError):
                        os.kill(int(line), signal.SIGKILL)
        with contextlib.suppress(OSError):
            self.thaw()

    def remove(self, seconds: float = 5.0) -> bool:
        """Remove the folders once they are empty; False when some would not go."""
        self._close_peak()
        end = time.monotonic() + seconds
        left = list(self.folders)
        while left and time.monotonic() < end:
            for folder in list(left):
                try:
                    folder.rmdir()
                except FileNotFoundError:
                    left.remove(folder)
                except OSError:
                    self.kill()
                    time.sleep(0.005)
                else:
                    left.remove(folder)
        return not left

    def _file(self, name: str) -> Path:
        if self._v2 is None:
            message = f"no version 2 group to read {name} of"
            raise OSError(message)
        return self._v2 / name
