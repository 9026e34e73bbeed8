"""How a jail can be made on this machine, or what it lacks for one.

Three ways to a jail, found out once per process:

    user       an ordinary user: bubblewrap with a user namespace
    root       root: the launcher gathers files, becomes nobody, then the same
    bare_root  root where the kernel grants nobody a user namespace: bubblewrap as
               root, all capabilities dropped but two, which the guest spends on
               becoming nobody; checked from outside like everything else
"""

from __future__ import annotations

import functools
import os
import platform
import shutil
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from grading.sandbox import seccomp
from grading.sandbox.output import shown_line

INSTALL: Final = "apt-get install bubblewrap"
NOBODY: Final = 0x4000_0000  # first of the user numbers that jails of root get


class Way(StrEnum):
    """How a jail can be made on this machine."""

    USER = "user"
    ROOT = "root"
    BARE_ROOT = "bare_root"


def bwrap() -> str | None:
    """Return where bubblewrap is, or None."""
    return shutil.which("bwrap", path="/usr/bin:/usr/local/bin:/bin")


def _grants_namespaces(program: str, user: int | None) -> str:
    """Try an empty jail as this user; return what stood in the way, or nothing."""
    argv = [program, "--unshare-user", "--unshare-pid", "--unshare-net"]
    argv += ["--unshare-ipc", "--unshare-uts", "--cap-drop", "ALL"]
    argv += ["--die-with-parent"]
    argv += ["--ro-bind", "/", "/", "--", "/bin/true"]
    who: dict[str, Any] = {}
    if user is not None:
        who = {"user": user, "group": user, "extra_groups": []}
    try:
        tried = subprocess.run(
            argv, capture_output=True, timeout=30, check=False, env={}, cwd="/", **who
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return "" if tried.returncode == 0 else shown_line(tried.stderr, 300)


@functools.cache
def found_way() -> tuple[Way | None, str]:  # noqa: PLR0911  # one sentence for each thing missing
    """Return the way to a jail, or None and the sentence that says why not."""
    if sys.platform != "linux" or platform.machine() not in seccomp.ARCHITECTURES:
        return None, (
            "Code cannot be run here: the sandbox needs Linux on x86-64, "
            f"this is {sys.platform} on {platform.machine()}."
        )
    program = bwrap()
    if program is None:
        return None, (
            "Code cannot be run here: bubblewrap is not installed; "
            f"install it with `{INSTALL}`."
        )
    if not Path("/proc/sys/kernel/seccomp/actions_avail").exists():
        return None, "Code cannot be run here: this kernel has no seccomp filters."
    if os.geteuid() != 0:
        reason = _grants_namespaces(program, None)
        if not reason:
            return Way.USER, ""
        return None, (
            "Code cannot be run here: the kernel grants this user no user "
            "namespaces; set the sysctl user.max_user_namespaces above 0 "
            f"(or kernel.unprivileged_userns_clone=1), or run as root ({reason})."
        )
    if not _grants_namespaces(program, NOBODY):
        return Way.ROOT, ""
    reason = _bare_root_trial(program)
    if not reason:
        return Way.BARE_ROOT, ""
    return None, (
        "Code cannot be run here: this container may not make namespaces; "
        f"start it with CAP_SYS_ADMIN, or allow user namespaces ({reason})."
    )


def _bare_root_trial(program: str) -> str:
    argv = [program, "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    argv += ["--cap-drop", "ALL", "--ro-bind", "/", "/", "--", "/bin/true"]
    try:
        tried = subprocess.run(
            argv, capture_output=True, timeout=30, check=False, env={}, cwd="/"
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return "" if tried.returncode == 0 else shown_line(tried.stderr, 300)


def missing() -> str | None:
    """Return one sentence that says what a jail lacks here; None when it works.

    Costs some 20 ms the first time and nothing later.
    """
    way, sentence = found_way()
    return None if way is not None else sentence
