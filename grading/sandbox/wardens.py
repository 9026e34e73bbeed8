"""Our end of the program that cleans up when this process is killed.

One for each process of ours: whoever forks gets one of its own. `warden` is that
program.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grading.errors import SandboxUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterable

_PROGRAM: Final = Path(__file__).parent / "warden.py"


def note_folder(folder: str) -> None:
    """Have an empty folder removed even if this process is killed.

    Raises: `SandboxUnavailable`.
    """
    _warden().tell(f"folder {folder}")


def note_groups(groups: Iterable[Path]) -> None:
    """Have control groups, by their folders, emptied and removed in the same way.

    Raises: `SandboxUnavailable`.
    """
    for group in groups:
        _warden().tell(f"group {group}")


def forget_folder(folder: str) -> None:
    """Say that a folder is gone.

    Raises: `SandboxUnavailable`.
    """
    _warden().tell(f"nofolder {folder}")


def forget_groups(groups: Iterable[Path]) -> None:
    """Say that control groups are gone.

    Raises: `SandboxUnavailable`.
    """
    for group in groups:
        _warden().tell(f"nogroup {group}")


class _Warden:
    """The program, and the pipe that tells it when we are gone."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={"PATH": os.defpath},
            cwd="/",
        )

    def tell(self, line: str) -> None:
        stdin = self._process.stdin
        if stdin is None or self._process.poll() is not None:
            message = "the sandbox's clean-up process has ended"
            raise SandboxUnavailable(message)
        stdin.write(line.encode() + b"\n")
        stdin.flush()

    def dismiss(self) -> None:
        if os.getpid() == self.owner and self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
            self._process.wait()


_wardens: dict[int, _Warden] = {}


def _warden() -> _Warden:
    own = os.getpid()
    if own not in _wardens:
        _wardens.clear()
        _wardens[own] = _Warden()
    return _wardens[own]


def _dismiss_wardens() -> None:
    for warden in _wardens.values():
        warden.dismiss()


# At import, so that whoever registers later, like the warm guests, ends before.
atexit.register(_dismiss_wardens)
