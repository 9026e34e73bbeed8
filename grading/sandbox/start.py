"""Jails with torch ready: forked from a warm guest in milliseconds, else made cold.

Importing torch takes seconds. A warm guest has done it once, in a jail of its own
that holds no secret and runs no candidate's code; each lane is a fork of it that
moves into fresh namespaces, gives up all capabilities and is then checked from
outside exactly like a jail made cold.

Cold remain: GPU jails (a CUDA context does not survive a fork) and machines where
a namespace cannot be nested. Which it was is part of every grade.
"""

from __future__ import annotations

import atexit
import os
import secrets
import socket
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from grading.errors import SandboxUnavailable
from grading.sandbox import cgroup, wardens
from grading.sandbox.run import Jail, Spec, cgroup_home
from grading.sandbox.ways import Way

if TYPE_CHECKING:
    from contextlib import ExitStack

    from grading.sandbox.command import Limits

MOST_FORKS: Final = 400  # all forks of one guest share their addresses: begin anew
MOST_AGE_SECONDS: Final = 3_600.0
FORK_SECONDS: Final = 30.0  # wall; it takes 20 ms on an idle machine


@dataclass(slots=True)
class _Warm:
    """One warm guest of this process."""

    jail: Jail
    born: float
    forks: int = 0
    lanes: list[Jail] = field(default_factory=list)  # that may still run

    def usable(self) -> bool:
        young = time.monotonic() - self.born < MOST_AGE_SECONDS
        return young and self.forks < MOST_FORKS and self.jail.alive()

    def in_use(self) -> bool:
        self.lanes = [lane for lane in self.lanes if not lane.closed]
        return bool(self.lanes)


_warm: dict[tuple[int, Limits], _Warm] = {}
_retired: list[tuple[int, _Warm]] = []  # with lanes that would die with them
_cold_because: dict[int, str] = {}  # process -> why it forks no lanes


def start_jails(
    count: int, limits: Limits, device: str, *, stack: ExitStack
) -> list[Jail]:
    """Return jails whose guests have spoken, side by side.

    `stack` ends each of them, also when a later one can't be started. They die
    with the thread that calls this.

    Raises: `SandboxUnavailable`.
    """
    if device == "cpu" and os.getpid() not in _cold_because:
        try:
            guest = _guest(limits)
            return [_forked(guest, limits, stack) for _ in range(count)]
        except _CannotNest as reason:
            _cold_because[os.getpid()] = str(reason)
    jails = []
    for _ in range(count):
        jail = Jail.start(Spec(limits=limits, device=device))
        stack.callback(jail.close)
        jails.append(jail)
    for jail in jails:
        jail.meet()
    return jails


def start_kind(device: str) -> str:
    """Return how lanes of this process are started, for the grade's record."""
    if device != "cpu":
        return "cold: a CUDA context does not survive a fork"
    reason = _cold_because.get(os.getpid())
    return f"cold: {reason}" if reason else "warm"


class _CannotNest(Exception):
    """This machine makes jails, but none inside a jail."""


def _guest(limits: Limits) -> _Warm:
    """Return this process's warm guest for these limits, made when there is none."""
    own = os.getpid()
    key = (own, replace(limits, memory_bytes=0))
    held = _warm.get(key)
    if held is not None and held.usable():
        return held
    if held is not None:
        _retired.append((own, _warm.pop(key)))
    for entry in [e for e in _retired if e[0] == own and not e[1].in_use()]:
        _retired.remove(entry)
        entry[1].jail.close()
    jail = Jail.start(Spec(limits=key[1], serve=True))
    if jail.way is Way.BARE_ROOT:
        jail.close()
        message = "this kernel grants no user namespaces"
        raise _CannotNest(message)
    try:
        jail.meet()
        jail.await_ready()
    except BaseException:
        jail.close()
        raise
    _warm[key] = _Warm(jail=jail, born=time.monotonic())
    return _warm[key]


def _forked(guest: _Warm, limits: Limits, stack: ExitStack) -> Jail:
    guest.forks += 1
    group = cgroup.Group(cgroup_home(), secrets.token_hex(6))
    wardens.note_groups(group.folders)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    printed_read, printed_write = os.pipe2(os.O_CLOEXEC)
    os.set_blocking(printed_read, False)
    jail = Jail(
        control=ours,
        printed_file=printed_read,
        group=group,
        process=None,
        folder=None,
        way=guest.jail.way,
    )
    stack.callback(jail.close)
    guest.lanes.append(jail)
    try:
        group.make(limits)
        if not guest.jail.send("fork", (theirs.fileno(), printed_write)):
            message = "The sandbox's warm process has ended."
            raise SandboxUnavailable(message)
    finally:
        theirs.close()
        os.close(printed_write)
    try:
        jail.meet(FORK_SECONDS)
    except SandboxUnavailable as error:
        if guest.forks == 1:
            raise _CannotNest(str(error)) from error
        raise
    group.take(jail.pid)
    return jail


def dismiss() -> None:
    """End this process's warm guests."""
    own = os.getpid()
    for process, guest in _retired:
        if process == own:
            guest.jail.close()
    _retired.clear()
    for key in [key for key in _warm if key[0] == own]:
        _warm.pop(key).jail.close()


atexit.register(dismiss)
