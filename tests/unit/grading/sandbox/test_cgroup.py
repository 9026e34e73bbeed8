"""Control groups against trees of plain files: what this machine may not have.

The real ones, as far as a machine has them, are in tests/sandbox.
"""

from __future__ import annotations

import pytest

from grading.sandbox.cgroup import Group, find_home
from grading.sandbox.command import Limits

LIMITS = Limits(memory_bytes=2**28, threads=2, processes=40)


@pytest.fixture
def machine(tmp_path):
    """Make a fake tree; returns a function from mounts to a home."""

    def made(mounts, membership):
        lines = []
        for number, (kind, options, name) in enumerate(mounts):
            (tmp_path / name).mkdir(parents=True, exist_ok=True)
            place = tmp_path / name
            lines.append(f"{number} 1 0:1 / {place} rw - {kind} {kind} {options}")
        (tmp_path / "mountinfo").write_text("\n".join(lines))
        (tmp_path / "membership").write_text(membership)
        return find_home(tmp_path / "mountinfo", tmp_path / "membership")

    return made


def kernel_folder(path, **files):
    path.mkdir(parents=True, exist_ok=True)
    (path / "cgroup.procs").write_text("")
    for name, text in files.items():
        (path / name.replace("__", ".")).write_text(text)


def test_version_1_gives_a_folder_for_each_controller(machine, tmp_path):
    for name in ("memory", "pids", "freezer"):
        kernel_folder(tmp_path / name / "own")
    home = machine(
        [("cgroup", f"rw,{name}", name) for name in ("memory", "pids", "freezer")],
        "3:memory:/own\n2:pids:/own\n1:freezer:/own\n",
    )

    assert set(home.v1) == {"memory", "pids", "freezer"}
    assert home.v1["memory"] == tmp_path / "memory" / "own"
    assert home.v2 is None


def test_version_2_uses_what_is_passed_on_to_it(machine, tmp_path):
    kernel_folder(
        tmp_path / "unified" / "own", cgroup__subtree_control="memory pids cpuset"
    )
    (tmp_path / "unified").mkdir(exist_ok=True)
    home = machine([("cgroup2", "rw", "unified")], "0::/own\n")

    assert home.v2 == tmp_path / "unified" / "own"
    assert home.v2_controllers <= {"memory", "pids", "cpu"}


def test_a_machine_without_groups_is_no_error(machine, tmp_path):
    home = machine([("cgroup2", "rw", "unified")], "0::/gone\n")

    assert home.v1 == {}
    assert home.v2 is None
    group = Group(home, "x")
    assert group.folders == ()
    assert group.in_force() == {}
    assert not group.can_freeze
    assert not group.bound_memory(2**28)


def test_version_1_limits_are_written_where_the_kernel_reads_them(machine, tmp_path):
    for name in ("memory", "pids", "cpu"):
        kernel_folder(tmp_path / name)
    home = machine(
        [("cgroup", f"rw,{name}", name) for name in ("memory", "pids", "cpu")],
        "3:memory:/\n2:pids:/\n1:cpu:/\n",
    )
    group = Group(home, "lane")
    group.make(LIMITS)
    group.bound_memory(2**28)

    assert (tmp_path / "pids/inferview-lane/pids.max").read_text() == "40"
    assert (tmp_path / "cpu/inferview-lane/cpu.cfs_quota_us").read_text() == "300000"
    assert (tmp_path / "cpu/inferview-lane/cpu.shares").read_text() == "10240"
    limit = tmp_path / "memory/inferview-lane/memory.limit_in_bytes"
    assert limit.read_text() == str(2**28)


def test_version_2_limits_are_written_where_the_kernel_reads_them(machine, tmp_path):
    kernel_folder(tmp_path / "u", cgroup__subtree_control="memory pids cpu")
    home = machine([("cgroup2", "rw", "u")], "0::/\n")
    # a real kernel keeps the list; a plain file holds what was written last
    object.__setattr__(home, "v2_controllers", frozenset({"memory", "pids", "cpu"}))
    group = Group(home, "lane")
    group.make(LIMITS)
    group.bound_memory(2**28)
    folder = tmp_path / "u/inferview-lane"

    assert (folder / "memory.max").read_text() == str(2**28)
    assert (folder / "memory.swap.max").read_text() == "0"
    assert (folder / "pids.max").read_text() == "40"
    assert (folder / "cpu.max").read_text() == "300000 100000"
    assert (folder / "cpu.weight").read_text() == "1000"


def test_version_2_tells_of_kills_and_of_frozen_groups(machine, tmp_path):
    kernel_folder(tmp_path / "u", cgroup__subtree_control="")
    home = machine([("cgroup2", "rw", "u")], "0::/\n")
    object.__setattr__(home, "v2_controllers", frozenset({"memory"}))
    group = Group(home, "lane")
    group.make(LIMITS)
    folder = tmp_path / "u/inferview-lane"
    (folder / "memory.events").write_text("low 0\noom 1\noom_kill 2\n")
    (folder / "cgroup.events").write_text("populated 1\nfrozen 1\n")

    group.freeze()

    assert group.memory_kills() == 2
    assert group.frozen()
    assert (folder / "cgroup.freeze").read_text() == "1"


def test_a_freezer_that_hangs_is_an_error(machine, tmp_path, monkeypatch):
    monkeypatch.setattr("grading.sandbox.cgroup.FREEZE_SECONDS", 0.01)
    kernel_folder(tmp_path / "freezer")
    home = machine([("cgroup", "rw,freezer", "freezer")], "1:freezer:/\n")
    group = Group(home, "lane")
    group.make(LIMITS)
    monkeypatch.setattr(Group, "frozen", lambda _: False)

    with pytest.raises(TimeoutError):
        group.freeze()


def group_of_version_1(machine, tmp_path):
    kernel_folder(tmp_path / "memory")
    home = machine([("cgroup", "rw,memory", "memory")], "3:memory:/\n")
    group = Group(home, "lane")
    group.make(LIMITS)
    return group, tmp_path / "memory/inferview-lane"


def group_of_version_2(machine, tmp_path):
    kernel_folder(tmp_path / "u", cgroup__subtree_control="")
    home = machine([("cgroup2", "rw", "u")], "0::/\n")
    object.__setattr__(home, "v2_controllers", frozenset({"memory"}))
    group = Group(home, "lane")
    group.make(LIMITS)
    return group, tmp_path / "u/inferview-lane"


def test_version_1_tells_the_most_memory_held(machine, tmp_path):
    group, folder = group_of_version_1(machine, tmp_path)
    (folder / "memory.usage_in_bytes").write_text("4096\n")
    group.forget_peak()

    assert (folder / "memory.max_usage_in_bytes").read_text() == "0"
    assert group.memory_held() == 4096
    (folder / "memory.max_usage_in_bytes").write_text("8192\n")
    assert group.memory_peak() == 8192


def test_version_1_counts_what_was_swapped_out(machine, tmp_path):
    group, folder = group_of_version_1(machine, tmp_path)
    for name, bytes_ in (("memory", "10"), ("memory.memsw", "90")):
        (folder / f"{name}.usage_in_bytes").write_text(bytes_)
        (folder / f"{name}.max_usage_in_bytes").write_text(bytes_)

    assert (group.memory_held(), group.memory_peak()) == (90, 90)


def test_version_2_begins_a_new_account_where_the_kernel_can(machine, tmp_path):
    group, folder = group_of_version_2(machine, tmp_path)
    (folder / "memory.current").write_text("4096\n")
    (folder / "memory.peak").write_text("99999\n")
    group.forget_peak()

    assert (folder / "memory.peak").read_text().startswith("reset")
    (folder / "memory.peak").write_text("8192\n")
    assert (group.memory_held(), group.memory_peak()) == (4096, 8192)
    group.remove(seconds=0.0)


def test_version_2_of_an_older_kernel_tells_the_peak_of_the_whole_life(
    machine, tmp_path, monkeypatch
):
    def refused(*_):
        raise PermissionError

    group, folder = group_of_version_2(machine, tmp_path)
    (folder / "memory.peak").write_text("99999\n")
    monkeypatch.setattr("grading.sandbox.cgroup.os.open", refused)
    group.forget_peak()

    assert group.memory_peak() == 99999


def test_where_nothing_counts_memory_nothing_is_told(machine, tmp_path):
    group, _ = group_of_version_2(machine, tmp_path)
    group.forget_peak()
    assert group.memory_peak() is None  # a kernel without the file

    home = machine([("cgroup2", "rw", "u")], "0::/gone\n")
    nothing = Group(home, "x")
    nothing.forget_peak()
    assert (nothing.memory_held(), nothing.memory_peak()) == (None, None)
