"""A short program between the judge and bubblewrap; it becomes bubblewrap.

The judge cannot do these steps itself without leaving its own control group,
user and mounts. Started with the number of an open file that holds JSON:

    procs    control group files to enter, before anything else runs
    limits   of files and core dumps
    stage    for root: a folder to gather the jail's files in, readable by anybody,
             because bubblewrap runs as nobody and must not need root's own paths
    user     for root: the number to become; 0 stays root (no user namespaces here)
    argv     of bubblewrap

Standard library only; it is run with `python -I -S` and imports nothing of ours.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
from typing import Any, Final

_CLONE_NEWNS: Final = 0x00020000
_MS_BIND_REC: Final = 4096 | 16384
_MS_REC_PRIVATE: Final = 16384 | (1 << 18)
_PR_SET_PDEATHSIG: Final = 1

_libc = ctypes.CDLL(None, use_errno=True)


def _mount(source: str, target: str, kind: str, flags: int, options: str) -> None:
    arguments = [text.encode() for text in (source, target, kind)]
    if _libc.mount(*arguments, ctypes.c_ulong(flags), options.encode()) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), target)


def gather(folder: str, binds: list[list[str]]) -> None:
    """Put the jail's files under `folder`, in mounts that only this process has."""
    if _libc.unshare(_CLONE_NEWNS) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"unshare: {os.strerror(number)}")
    _mount("none", "/", "", _MS_REC_PRIVATE, "")
    _mount("tmpfs", folder, "tmpfs", 0, "size=1m,mode=0755")
    for source, name in binds:
        place = f"{folder}/{name}"
        if os.path.isdir(source):  # noqa: PTH112  # pathlib costs this start 10 ms
            os.mkdir(place, 0o755)  # noqa: PTH102  # the same
        else:
            os.close(os.open(place, os.O_CREAT | os.O_WRONLY, 0o644))
        _mount(source, place, "", _MS_BIND_REC, "")


def main() -> None:
    """Enter the groups, gather, become nobody, become bubblewrap."""
    parent = os.getppid()
    descriptor = int(sys.argv[1])
    plan: dict[str, Any] = json.loads(
        os.pread(descriptor, os.fstat(descriptor).st_size, 0)
    )
    os.close(descriptor)
    for path in plan["procs"]:
        file = os.open(path, os.O_WRONLY)
        os.write(file, b"0")
        os.close(file)
    resource.setrlimit(resource.RLIMIT_CORE, (1, 1))  # 0 does not stop a piped one
    if plan["stage"] is not None:
        gather(plan["stage"]["folder"], plan["stage"]["binds"])
    if plan["user"]:
        os.setgroups([])
        os.setresgid(plan["user"], plan["user"], plan["user"])
        os.setresuid(plan["user"], plan["user"], plan["user"])
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)  # the judge died before it could be noticed
    os.execv(plan["argv"][0], plan["argv"])  # noqa: S606  # that is the job


if __name__ == "__main__":
    main()
