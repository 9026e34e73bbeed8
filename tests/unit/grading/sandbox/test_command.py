from __future__ import annotations

from grading.sandbox.command import (
    SCRATCH,
    Bind,
    Descriptors,
    Layout,
    Limits,
    environment,
    jail_command,
)
from grading.sandbox.layout import interpreter_layout

LAYOUT = Layout(
    python="/opt/python/bin/python3.11",
    site=("/opt/site0",),
    binds=(
        Bind(source="/somewhere/python", target="/opt/python"),
        Bind(source="/dev/null", target="/dev/null", device=True),
    ),
    hidden=("/opt/python/lib/python3.11/site-packages",),
    symlinks=(("usr/lib", "/lib"),),
    libraries=("/opt/python/lib",),
)
LIMITS = Limits(memory_bytes=2**28)
FILES = Descriptors(guest=10, cpu_facts=11, config=12, control=13)


def command(**changes):
    wanted = {"bwrap": "/usr/bin/bwrap", "user_namespace": True} | changes
    return jail_command(LAYOUT, LIMITS, FILES, **wanted)


def test_every_namespace_is_left():
    argv = command()

    for name in ("user", "ipc", "pid", "net", "uts", "cgroup-try"):
        assert f"--unshare-{name}" in argv


def test_the_jail_dies_with_its_judge_and_keeps_no_capability():
    text = " ".join(command())

    assert "--die-with-parent" in text
    assert "--cap-drop ALL" in text
    assert "--cap-add" not in text


def test_nothing_is_bound_writable():
    argv = command()

    assert "--bind" not in argv
    assert " ".join(argv).count("--remount-ro / ") == 1
    assert "--ro-bind /somewhere/python /opt/python" in " ".join(argv)


def test_the_scratch_folder_is_bounded():
    argv = command()
    place = argv.index(SCRATCH, argv.index("--chdir") - 4) - 1

    assert argv[place - 2 : place + 2] == [
        "--size",
        str(64 * 2**20),
        "--tmpfs",
        SCRATCH,
    ]


def test_the_environment_is_written_out(monkeypatch):
    monkeypatch.setenv("DATABASE_PASSWORD", "hunter2")

    assert "hunter2" not in " ".join(command())
    assert "--clearenv" in command()
    assert environment(LAYOUT, LIMITS)["OMP_NUM_THREADS"] == "1"


def test_without_a_user_namespace_only_what_it_takes_to_become_nobody_is_kept():
    argv = command(user_namespace=False)
    kept = [argv[i + 1] for i, word in enumerate(argv) if word == "--cap-add"]

    assert "--unshare-user" not in argv
    assert kept == ["CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"]


def test_a_lane_has_no_proc_and_a_warm_guest_has():
    assert "--proc" not in command()
    assert "--proc" in command(proc=True)


def test_what_is_hidden_is_covered_after_it_was_bound_and_cannot_be_written():
    argv = command()
    (folder,) = LAYOUT.hidden
    covered = argv.index(folder)

    assert argv[covered - 1] == "--tmpfs"
    assert argv[covered + 1 : covered + 3] == ["--remount-ro", folder]
    assert covered > argv.index("/opt/python")


def test_the_layout_shows_neither_home_nor_repository():
    layout = interpreter_layout()
    targets = [bind.target for bind in layout.binds]

    assert all(
        t.startswith(("/opt", "/usr", "/lib", "/etc/ld", "/dev")) for t in targets
    )
    assert not any(bind.target.startswith(("/root", "/home")) for bind in layout.binds)
