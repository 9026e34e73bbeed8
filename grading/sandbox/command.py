"""What the jail is made of, and the command line that makes it. Pure.

The root of the jail holds the interpreter, its packages, the machine's shared
libraries, one file of ours and a bounded scratch folder. Paths are neutral
(`/opt/python`, `/opt/site`), so nothing in it tells where the service lives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

GUEST: Final = "/guest.py"
SCRATCH: Final = "/tmp"  # noqa: S108  # the jail's own tmpfs, not the machine's
JAIL_ID: Final = 1000  # user and group inside


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one lane may use at most."""

    memory_bytes: int  # beyond the interpreter and torch themselves
    threads: int = 1  # that torch computes with
    processes: int = 64  # threads count, forks are refused anyway
    scratch_bytes: int = 64 * 1024 * 1024
    open_files: int = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Bind:
    """One path of the machine that the jail sees, read-only."""

    source: str
    target: str
    device: bool = False  # a device node stays usable


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where the interpreter and its packages lie on this machine."""

    python: str  # the interpreter, as the jail names it
    site: tuple[str, ...]  # folders of packages, as the jail names them
    binds: tuple[Bind, ...]
    hidden: tuple[str, ...]  # folders inside of binds that look empty
    symlinks: tuple[tuple[str, str], ...]  # (target, link)
    libraries: tuple[str, ...]  # for LD_LIBRARY_PATH


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptors:
    """Numbers of the open files that the jail's maker inherits."""

    guest: int  # source of the guest
    cpu_facts: int  # a copy of /proc/cpuinfo, from which torch picks its kernels
    config: int
    control: int


def environment(layout: Layout, limits: Limits) -> Mapping[str, str]:
    """Return the jail's whole environment, written out."""
    threads = str(limits.threads)
    return {
        "PATH": "/usr/bin",
        "LANG": "C.UTF-8",
        "HOME": SCRATCH,
        "TMPDIR": SCRATCH,
        "USER": "guest",
        "LD_LIBRARY_PATH": ":".join(layout.libraries),
        "OMP_NUM_THREADS": threads,
        "MKL_NUM_THREADS": threads,
        "OPENBLAS_NUM_THREADS": threads,
        "NUMEXPR_NUM_THREADS": threads,
        # Give freed memory back to nobody. Otherwise it depends on a process's
        # luck whether each call pays for fresh pages, which doubled some times.
        "MALLOC_TRIM_THRESHOLD_": str(2**40),
        "MALLOC_MMAP_THRESHOLD_": str(32 * 1024**2),  # the most that glibc takes
        "MALLOC_TOP_PAD_": str(16 * 1024**2),
    }


def jail_command(  # noqa: PLR0913  # what a jail is made of
    layout: Layout,
    limits: Limits,
    descriptors: Descriptors,
    *,
    bwrap: str,
    user_namespace: bool,
    proc: bool = False,
) -> list[str]:
    """Return the argv that builds the jail and starts the guest in it.

    Without a user namespace the caller must be root; the guest then keeps the
    three capabilities it needs to stop being root, which it does first of all.
    `proc` is for a warm guest, which maps its lanes' users there, and for the CUDA
    driver; a lane on the processor has none.
    """
    argv = [bwrap, "--die-with-parent", "--new-session", "--as-pid-1"]
    argv += ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
    argv += ["--unshare-cgroup-try", "--hostname", "jail", "--cap-drop", "ALL"]
    if user_namespace:
        argv += ["--unshare-user", "--uid", str(JAIL_ID), "--gid", str(JAIL_ID)]
    else:
        argv += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
        argv += ["--cap-add", "CAP_SETPCAP"]
    argv.append("--clearenv")
    for name, value in environment(layout, limits).items():
        argv += ["--setenv", name, value]
    for folder in ("/opt", "/dev", "/etc", "/usr", "/proc"):
        argv += ["--perms", "0755", "--dir", folder]  # root's would be 0700
    for bind in layout.binds:
        flag = "--dev-bind" if bind.device else "--ro-bind"
        argv += [flag, bind.source, bind.target]
    for folder in layout.hidden:
        argv += ["--perms", "0755", "--size", "4096", "--tmpfs", folder]
        argv += ["--remount-ro", folder]
    for target, link in layout.symlinks:
        argv += ["--symlink", target, link]
    if proc:
        argv += ["--proc", "/proc"]
    else:
        argv += ["--perms", "0444"]
        argv += ["--ro-bind-data", str(descriptors.cpu_facts), "/proc/cpuinfo"]
    argv += ["--perms", "0444", "--ro-bind-data", str(descriptors.guest), GUEST]
    argv += ["--perms", "1777", "--size", str(limits.scratch_bytes)]
    argv += ["--tmpfs", SCRATCH, "--remount-ro", "/", "--chdir", SCRATCH]
    argv += ["--", layout.python, "-I", "-S", "-B", GUEST]
    return [*argv, str(descriptors.config), str(descriptors.control)]
