"""The jail's system call filter: names in, a classic BPF program out. Pure.

An allow-list: what is not named here fails with EPERM, so a kernel's newest
call is shut out before we have heard of it. Shut out are also old calls that reach
the machine through read-only files (locks, syncing a disk, dropping or reading the
page cache) or that run for seconds without an end (`mincore`). `clone` is open for
threads only, and `clone3`, whose flags a filter cannot read, pretends not to exist,
so that the C library falls back to `clone`.

Source: seccomp(2), linux/filter.h, linux/seccomp.h; numbers of x86-64 from
arch/x86/entry/syscalls/syscall_64.tbl.
"""

from __future__ import annotations

import errno
import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

ARCHITECTURES: Final[Mapping[str, int]] = {"x86_64": 0xC000003E}  # AUDIT_ARCH_*

_LOAD: Final = 0x20  # BPF_LD | BPF_W | BPF_ABS
_EQUAL: Final = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_AT_LEAST: Final = 0x35  # BPF_JMP | BPF_JGE | BPF_K
_ANY_BIT: Final = 0x45  # BPF_JMP | BPF_JSET | BPF_K
_RETURN: Final = 0x06  # BPF_RET | BPF_K
_ALLOW: Final = 0x7FFF0000
_KILL: Final = 0x80000000
_ERRNO: Final = 0x00050000

_X32_BIT: Final = 0x40000000
_CLONE_THREAD: Final = 0x00010000
_NEW_NAMESPACES: Final = 0x7E020000 | 0x80  # every CLONE_NEW*, CLONE_NEWTIME too

# Bytes into struct seccomp_data: nr, arch, instruction pointer, six arguments.
_NR: Final = 0
_ARCH: Final = 4


def _low(argument: int) -> int:
    """Return the offset of the low half of one argument (little endian)."""
    return 16 + 8 * argument


def _high(argument: int) -> int:
    return _low(argument) + 4


ALLOWED: Final[Mapping[str, int]] = {
    # the hottest first: the filter is read from the top
    "futex": 202,
    "read": 0,
    "write": 1,
    "recvmsg": 47,
    "sendmsg": 46,
    "recvfrom": 45,
    "sendto": 44,
    "mmap": 9,
    "munmap": 11,
    "madvise": 28,
    "mprotect": 10,
    "brk": 12,
    "mremap": 25,
    "clock_gettime": 228,
    "close": 3,
    "fstat": 5,
    "newfstatat": 262,
    "openat": 257,
    "open": 2,
    "stat": 4,
    "lstat": 6,
    "lseek": 8,
    "pread64": 17,
    "pwrite64": 18,
    "readv": 19,
    "writev": 20,
    "preadv": 295,
    "pwritev": 296,
    "access": 21,
    "faccessat": 269,
    "faccessat2": 439,
    "statx": 332,
    "statfs": 137,
    "fstatfs": 138,
    "getdents64": 217,
    "getcwd": 79,
    "chdir": 80,
    "fchdir": 81,
    "readlink": 89,
    "readlinkat": 267,
    "dup": 32,
    "dup2": 33,
    "dup3": 292,
    "pipe": 22,
    "pipe2": 293,
    "eventfd2": 290,
    "poll": 7,
    "ppoll": 271,
    "select": 23,
    "pselect6": 270,
    "epoll_create1": 291,
    "epoll_ctl": 233,
    "epoll_wait": 232,
    "epoll_pwait": 281,
    # the scratch folder
    "mkdir": 83,
    "mkdirat": 258,
    "rmdir": 84,
    "unlink": 87,
    "unlinkat": 263,
    "rename": 82,
    "renameat": 264,
    "renameat2": 316,
    "link": 86,
    "symlink": 88,
    "chmod": 90,
    "fchmod": 91,
    "umask": 95,
    "truncate": 76,
    "ftruncate": 77,
    "fallocate": 285,
    "utimensat": 280,
    "copy_file_range": 326,
    "sendfile": 40,
    # signals within the process
    "rt_sigaction": 13,
    "rt_sigprocmask": 14,
    "rt_sigreturn": 15,
    "rt_sigpending": 127,
    "rt_sigtimedwait": 128,
    "sigaltstack": 131,
    "tgkill": 234,
    "getitimer": 36,
    "setitimer": 38,
    "alarm": 37,
    "pause": 34,
    # itself
    "exit": 60,
    "exit_group": 231,
    "restart_syscall": 219,
    "sched_yield": 24,
    "sched_getaffinity": 204,
    "nanosleep": 35,
    "clock_nanosleep": 230,
    "clock_getres": 229,
    "gettimeofday": 96,
    "time": 201,
    "times": 100,
    "getrusage": 98,
    "getrlimit": 97,
    "getpid": 39,
    "gettid": 186,
    "getppid": 110,
    "getpgrp": 111,
    "getpgid": 121,
    "getsid": 124,
    "getuid": 102,
    "geteuid": 107,
    "getgid": 104,
    "getegid": 108,
    "getresuid": 118,
    "getresgid": 120,
    "getgroups": 115,
    "uname": 63,
    "sysinfo": 99,
    "getrandom": 318,
    "getcpu": 309,
    "arch_prctl": 158,
    "set_tid_address": 218,
    "set_robust_list": 273,
    "get_robust_list": 274,
    "rseq": 334,
    "membarrier": 324,
    "get_mempolicy": 239,
}

# What the CUDA driver needs beyond that. It talks to its devices by ioctl.
ALLOWED_FOR_CUDA: Final[Mapping[str, int]] = {
    "ioctl": 16,
    "memfd_create": 319,
    "mlock": 149,
    "munlock": 151,
    "mbind": 237,
    "set_mempolicy": 238,
    "sched_getscheduler": 145,
    "sched_getparam": 143,
    "sched_get_priority_max": 146,
    "sched_get_priority_min": 147,
    "socketpair": 53,
}

_CLONE: Final = 56
_CLONE3: Final = 435
_IOCTL: Final = 16
_FCNTL: Final = 72
_PRCTL: Final = 157
_PRLIMIT: Final = 302

_ASK_TERMINAL: Final = (0x5401, 0x5413, 0x541B, 0x5421, 0x5451)
# TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIOCLEX: what isatty() and sockets ask
_NAMES: Final = (15, 16, 0x53564D41)  # PR_SET_NAME, PR_GET_NAME, PR_SET_VMA
_FCNTL_PLAIN: Final = (0, 1, 2, 3, 4, 1030, 1032, 1034)
# F_DUPFD .. F_SETFL, F_DUPFD_CLOEXEC, F_GETPIPE_SZ, F_GET_SEALS. Not F_SETOWN
# and F_SETSIG: with them a descriptor could send SIGCONT to a stopped process.


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("=HBBI", code, yes, no, value)


def _deny(number: int = errno.EPERM) -> bytes:
    return _step(_RETURN, _ERRNO | number)


_ALLOWED_STEP: Final = _step(_RETURN, _ALLOW)
_LOAD_NR: Final = _step(_LOAD, _NR)


def _only(number: int, body: list[bytes]) -> list[bytes]:
    """Run `body` for one call; it ends in a return, so nothing falls out of it."""
    return [_step(_EQUAL, number, 0, len(body)), *body]


def _argument_among(number: int, argument: int, values: tuple[int, ...]) -> list[bytes]:
    """Allow a call only when one 32-bit argument is among `values`."""
    body = [_step(_LOAD, _low(argument))]
    for value in values:
        body += [_step(_EQUAL, value, 0, 1), _ALLOWED_STEP]
    return _only(number, [*body, _deny()])


def _threads_only() -> list[bytes]:
    """Allow `clone` when it makes a thread and no namespace."""
    return _only(
        _CLONE,
        [
            _step(_LOAD, _low(0)),
            _step(_ANY_BIT, _NEW_NAMESPACES, 0, 1),
            _deny(),
            _step(_ANY_BIT, _CLONE_THREAD, 0, 1),
            _ALLOWED_STEP,
            _deny(),
        ],
    )


def _limits_read_only() -> list[bytes]:
    """Allow `prlimit64` when it sets nothing (its third argument is null)."""
    return _only(
        _PRLIMIT,
        [
            _step(_LOAD, _low(2)),
            _step(_EQUAL, 0, 0, 3),
            _step(_LOAD, _high(2)),
            _step(_EQUAL, 0, 0, 1),
            _ALLOWED_STEP,
            _deny(),
        ],
    )


def program(architecture: str, *, cuda: bool = False) -> bytes:
    """Return the filter as an array of `struct sock_filter`.

    Raises: `KeyError` for a processor whose call numbers are not written down.
    """
    steps = [
        _step(_LOAD, _ARCH),
        _step(_EQUAL, ARCHITECTURES[architecture], 1, 0),
        _step(_RETURN, _KILL),
        _LOAD_NR,
        _step(_AT_LEAST, _X32_BIT, 0, 1),
        _step(_RETURN, _KILL),
    ]
    allowed = dict(ALLOWED) | (dict(ALLOWED_FOR_CUDA) if cuda else {})
    for number in allowed.values():
        steps += [_step(_EQUAL, number, 0, 1), _ALLOWED_STEP]
    steps += _only(_CLONE3, [_deny(errno.ENOSYS)])
    steps += _threads_only()
    if not cuda:
        steps += _argument_among(_IOCTL, 1, _ASK_TERMINAL)
    steps += _argument_among(_FCNTL, 1, _FCNTL_PLAIN)
    steps += _argument_among(_PRCTL, 0, _NAMES)
    steps += _limits_read_only()
    return b"".join([*steps, _deny()])
