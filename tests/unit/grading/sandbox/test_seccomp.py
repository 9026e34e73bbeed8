"""The filter, run by a small interpreter of the kernel's machine."""

from __future__ import annotations

import errno
import struct

import pytest

from grading.sandbox import seccomp

X86_64 = 0xC000003E
ALLOW = 0x7FFF0000
KILL = 0x80000000
DENY = 0x00050000 | errno.EPERM

# socket, fork, execve, kill, ptrace, mount, unshare, bpf's and io_uring's kin, and
# numbers that no kernel knows yet
_OLD = (41, 53, 57, 58, 59, 62, 101, 141, 144, 155, 160, 161, 165, 203, 206, 222)
_NEW = (248, 272, 298, 304, 308, 310, 319, 321, 322, 323, 424, 425, 434, 438)
REFUSED = (*_OLD, *_NEW, 500, 100_000)


def outcome(number, *arguments, architecture=X86_64, cuda=False):
    """Return what the filter does with a call (see seccomp(2), bpf in the kernel)."""
    steps = list(struct.iter_unpack("=HBBI", seccomp.program("x86_64", cuda=cuda)))
    values = [
        value & (2**64 - 1) for value in (*arguments, *[0] * (6 - len(arguments)))
    ]
    data = struct.pack("=IIQ6Q", number, architecture, 0, *values)
    register, place = 0, 0
    while True:
        code, yes, no, value = steps[place]
        place += 1
        if code == 0x20:
            (register,) = struct.unpack_from("=I", data, value)
        elif code == 0x06:
            return value
        elif code == 0x15:
            place += yes if register == value else no
        elif code == 0x35:
            place += yes if register >= value else no
        elif code == 0x45:
            place += yes if register & value else no
        else:
            raise AssertionError(code)


@pytest.mark.parametrize("number", [0, 1, 9, 202, 228, 257, 318, 47])
def test_everyday_calls_are_allowed(number):
    assert outcome(number) == ALLOW


@pytest.mark.parametrize(
    "number",
    REFUSED,
)
def test_what_is_not_on_the_list_is_refused(number):
    assert outcome(number) == DENY


def test_clone_makes_threads_only():
    thread = 0x003D0F00

    assert outcome(56, thread) == ALLOW
    assert outcome(56, 17) == DENY  # fork: SIGCHLD and nothing else
    assert outcome(56, thread | 0x10000000) == DENY  # CLONE_NEWUSER
    assert outcome(56, thread | 0x20000000) == DENY


def test_clone3_pretends_not_to_exist():
    assert outcome(435) == 0x00050000 | errno.ENOSYS


def test_limits_may_be_read_and_not_set():
    assert outcome(302, 0, 7, 0, 0x7FFF0000) == ALLOW
    assert outcome(302, 0, 7, 0x7FFF0000, 0) == DENY
    assert outcome(302, 0, 7, 0x1_0000_0000, 0) == DENY


@pytest.mark.parametrize("command", [8, 10, 15, 1024, 1026])
def test_no_descriptor_sends_signals(command):
    assert outcome(72, 5, command, 18) == DENY
    assert outcome(72, 5, 1) == ALLOW


def test_a_thread_may_be_named_and_nothing_else_changed():
    assert outcome(157, 15) == ALLOW
    for option in (1, 4, 22, 24, 38, 8):
        assert outcome(157, option) == DENY


def test_terminals_may_be_asked_and_not_driven():
    assert outcome(16, 1, 0x5401) == ALLOW
    assert outcome(16, 1, 0x5412) == DENY  # TIOCSTI types into a terminal
    assert outcome(16, 1, 0xC020462A) == DENY
    assert outcome(16, 1, 0xC020462A, cuda=True) == ALLOW


def test_other_calling_conventions_end_the_process():
    assert outcome(39 + 0x40000000) == KILL
    assert outcome(11, architecture=0x40000003) == KILL


def test_an_unknown_processor_has_no_filter():
    with pytest.raises(KeyError):
        seccomp.program("riscv64")
