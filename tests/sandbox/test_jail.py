"""The real jail on this machine, as the kernel sees it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grading.errors import SandboxUnavailable
from grading.sandbox import ways
from grading.sandbox.command import Limits
from grading.sandbox.memory_files import memory_file
from grading.sandbox.run import Jail, Spec, cgroup_home
from grading.sandbox.start import start_jails, start_kind
from grading.sandbox.ways import Way

ROOT = Path(__file__).parents[2]
PROGRAM = b"""
import os
print("user", os.getuid(), "process", os.getpid())
def solve(x):
    return x + 1
"""
LIMITS = Limits(memory_bytes=256 * 1024 * 1024)
PLAN = {
    "device": "cpu",
    "input_bytes": 4096,
    "output_bytes": 4096,
    "cases": [
        {"inputs": [["float32", [4], 0]], "outputs": [["float32", [4], 0]]},
    ],
}


def set_up(jail, program=PROGRAM):
    files = [memory_file("source", program)]
    files += [memory_file(name, size=4096) for name in ("in", "out")]
    assert jail.send("setup\n" + json.dumps(PLAN), files)
    for number in files:
        os.close(number)
    return jail.lock(LIMITS)


def test_this_machine_has_all_that_a_jail_needs():
    assert ways.missing() is None


def test_a_guest_is_nobody_filtered_and_enclosed(warm_jail):
    set_up(warm_jail)

    warm_jail.verify_locked()

    status = Path(f"/proc/{warm_jail.pid}/status").read_text()
    assert "NoNewPrivs:\t1" in status
    assert "Seccomp:\t2" in status
    assert "CapEff:\t0000000000000000" in status
    uid = int(status.split("Uid:")[1].split()[0])
    assert uid not in (0, os.getuid()) or os.getuid() != 0


def test_a_crash_starts_no_program_that_collects_cores(warm_jail):
    set_up(warm_jail)

    # Of limits only 1 keeps the kernel from starting a piped collector; see core(5).
    text = Path(f"/proc/{warm_jail.pid}/limits").read_text()
    (line,) = [row for row in text.splitlines() if row.startswith("Max core file")]
    assert line.split()[4:6] == ["1", "1"]


@pytest.mark.parametrize("threads", [1, 2])
def test_a_lane_has_no_more_cores_than_its_task_has_threads(threads):
    usable = os.sched_getaffinity(0)
    limits = Limits(memory_bytes=256 * 1024 * 1024, threads=threads)
    with contextlib.ExitStack() as stack:
        jail = start_jails(1, limits, "cpu", stack=stack)[0]
        set_up(jail)
        kept = os.sched_getaffinity(jail.pid)

    # With one thread processor time counts, wherever it is spent.
    assert kept == (usable if threads == 1 else set(sorted(usable)[:threads]))


def test_a_guest_that_stands_still_can_be_kept_to_a_core_threads_and_all(warm_jail):
    other = b"import threading, time\n"
    other += b"threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
    set_up(warm_jail, other + PROGRAM)
    warm_jail.send("load")
    assert warm_jail.receive(10) == b"loaded"
    assert warm_jail.core() in os.sched_getaffinity(0)
    core = max(os.sched_getaffinity(0))

    warm_jail.freeze()
    assert warm_jail.keep_to(core)

    threads = [int(path.name) for path in Path(f"/proc/{warm_jail.pid}/task").iterdir()]
    assert len(threads) > 1
    assert {frozenset(os.sched_getaffinity(one)) for one in threads} == {
        frozenset({core})
    }


def test_a_guest_that_is_not_locked_up_is_refused(warm_jail):
    with pytest.raises(SandboxUnavailable, match="system call filter"):
        warm_jail.verify_locked()


def test_a_frozen_guest_answers_only_when_it_is_let_run(warm_jail):
    set_up(warm_jail)
    warm_jail.send("load")
    assert warm_jail.receive(10) == b"loaded"

    warm_jail.freeze()
    warm_jail.send("call 0 token")

    assert warm_jail.stands_still()
    assert warm_jail.receive(0.2) is None
    warm_jail.thaw()
    assert warm_jail.receive(10) == b"done token"


def test_a_stop_signal_holds_a_guest_where_no_group_can(warm_jail, monkeypatch):
    set_up(warm_jail)
    warm_jail.send("load")
    assert warm_jail.receive(10) == b"loaded"
    monkeypatch.setattr(type(warm_jail.group), "can_freeze", property(lambda _: False))

    warm_jail.freeze()
    warm_jail.send("call 0 token")

    assert warm_jail.stands_still()
    assert warm_jail.receive(0.2) is None
    warm_jail.thaw()
    assert warm_jail.receive(10) == b"done token"


def test_the_guests_are_forked_ready(limits):
    with contextlib.ExitStack() as stack:
        start_jails(1, limits, "cpu", stack=stack)  # the warm guest is there now
        began = time.monotonic()
        start_jails(1, limits, "cpu", stack=stack)
        seconds = time.monotonic() - began

    assert start_kind("cpu") == "warm"
    assert seconds < 1.0  # cold it would take two at least


def test_a_worn_out_guest_is_replaced_and_its_lanes_live_on(limits, monkeypatch):
    with contextlib.ExitStack() as stack:
        first = start_jails(1, limits, "cpu", stack=stack)[0]
        monkeypatch.setattr("grading.sandbox.start.MOST_FORKS", 1)
        second = start_jails(2, limits, "cpu", stack=stack)

        assert all(jail.alive() for jail in [first, *second])
        set_up(first)
        for jail in second:
            set_up(jail)


def test_a_lane_leaves_no_process_and_no_group(limits):
    with contextlib.ExitStack() as stack:
        jail = start_jails(1, limits, "cpu", stack=stack)[0]
        pid, folders = jail.pid, jail.group.folders
        assert Path(f"/proc/{pid}").exists()

    end = time.monotonic() + 5
    while Path(f"/proc/{pid}").exists() and time.monotonic() < end:
        time.sleep(0.01)  # dead already, until the warm guest has been told
    assert not Path(f"/proc/{pid}").exists()
    assert not [folder for folder in folders if folder.exists()]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be bare root")
@pytest.mark.parametrize(
    "way", [Way.ROOT, pytest.param(Way.BARE_ROOT, marks=pytest.mark.slow)]
)
def test_a_cold_jail_of_root_is_as_closed(way, limits):
    jail = Jail.start(Spec(limits=limits), way=way)
    try:
        jail.meet()
        set_up(jail)
        jail.send("load")
        assert jail.receive(30) == b"loaded"
    finally:
        jail.close()

    assert "process 1" in jail.printed.text()
    assert "user 0" not in jail.printed.text()


KILLED = """
import contextlib, json, sys, time
sys.path.insert(0, sys.argv[1])
from grading.sandbox.command import Limits
from grading.sandbox.start import start_jails
with contextlib.ExitStack() as stack:
    jails = start_jails(2, Limits(memory_bytes=2**28), "cpu", stack=stack)
    jails[0].freeze()
    print(json.dumps({
        "pids": [jail.pid for jail in jails],
        "groups": [str(path) for jail in jails for path in jail.group.folders],
    }), flush=True)
    time.sleep(600)
"""


def test_a_judge_that_is_killed_leaves_nothing():
    judge = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(ROOT)],
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        known = json.loads(judge.stdout.readline())
    finally:
        os.kill(judge.pid, signal.SIGKILL)
        judge.wait()
        judge.stdout.close()
    end = time.monotonic() + 20
    paths = [Path(f"/proc/{pid}") for pid in known["pids"]]
    paths += [Path(group) for group in known["groups"]]
    while any(path.exists() for path in paths) and time.monotonic() < end:
        time.sleep(0.05)

    assert known["pids"]
    assert not [str(path) for path in paths if path.exists()]


@pytest.fixture
def not_found_out_yet():
    ways.found_way.cache_clear()  # what it found is kept for the process
    yield
    ways.found_way.cache_clear()  # what it found is kept for the process


def test_a_missing_bubblewrap_is_named_with_its_remedy(monkeypatch, not_found_out_yet):
    monkeypatch.setattr(ways, "bwrap", lambda: None)

    assert "apt-get install bubblewrap" in (ways.missing() or "")
    with pytest.raises(SandboxUnavailable, match="apt-get install bubblewrap"):
        Jail.start(Spec(limits=LIMITS))


def test_a_kernel_without_namespaces_is_named(monkeypatch, not_found_out_yet):
    monkeypatch.setattr(ways.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(
        ways, "_grants_namespaces", lambda *_: "Operation not permitted"
    )

    assert "user.max_user_namespaces" in (ways.missing() or "")


def test_a_foreign_processor_is_named(monkeypatch, not_found_out_yet):
    monkeypatch.setattr(ways.platform, "machine", lambda: "riscv64")

    assert "x86-64" in (ways.missing() or "")


@pytest.mark.skipif(
    "memory" not in cgroup_home().v1 and "memory" not in cgroup_home().v2_controllers,
    reason="this machine lets us make no memory group",
)
def test_the_kernel_bounds_memory_here(warm_jail):
    assert set_up(warm_jail).startswith("cgroup")


def test_without_groups_the_address_space_is_bounded(warm_jail, monkeypatch):
    monkeypatch.setattr(warm_jail.group, "bound_memory", lambda _: False)
    program = b"""
import torch
held = []
def solve(x):
    held.append(torch.ones(2**27))
    return x
"""

    assert set_up(warm_jail, program) == "rlimit"
    warm_jail.send("load")
    assert warm_jail.receive(10) == b"loaded"
    warm_jail.send("call 0 token")
    assert warm_jail.receive(10).startswith(b"failed memory")
