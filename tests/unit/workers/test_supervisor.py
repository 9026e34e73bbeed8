from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from workers.supervisor.broker import broker_for, server_program
from workers.supervisor.children import Child
from workers.supervisor.errors import CannotStart
from workers.supervisor.service import Place, Service


def service(home: Path, port: int = 0) -> Service:
    return Service(
        place=Place(
            root=home,
            home=home,
            host="127.0.0.1",
            port=port,
            own_broker=True,
            socket=home / "redis" / "redis.sock",
            redis_url=f"unix://{home}/redis/redis.sock",
        ),
        say=lambda line: None,
    )


def child(home: Path, code: str, **changes) -> Child:
    return Child(
        name="child",
        argv=(sys.executable, "-c", code),
        env=dict(os.environ),
        log=home / "child.log",
        **changes,
    )


def gone(pid: int) -> bool:
    """Whether a process has ended; a zombie waits for its parent only."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"


def waited_for(condition, seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_a_port_that_is_taken_is_named_with_another_to_choose(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CannotStart, match=f"Port {port} .*PORT={port + 1}"):
            service(tmp_path, port).check_port()


def test_a_folder_that_cannot_be_written_is_named_with_the_setting(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(CannotStart, match="INFERVIEW_HOME="):
        service(tmp_path / "file" / "home").prepare_folder()


def test_one_folder_serves_one_supervisor(tmp_path):
    first = service(tmp_path)
    first.prepare_folder()
    first.start_broker()
    second = service(tmp_path)
    with pytest.raises(CannotStart, match="running already"):
        second.prepare_folder()
    second.stop()
    assert (tmp_path / "redis" / "redis.sock").exists()
    first.stop()

    service(tmp_path).prepare_folder()


def test_a_broker_that_does_not_answer_is_named(tmp_path):
    own = service(tmp_path)
    own.place = replace(own.place, own_broker=False, redis_url="redis://127.0.0.1:1/0")

    with pytest.raises(CannotStart, match=r"redis://127\.0\.0\.1:1/0"):
        own.start_broker()


def test_the_embedded_broker_listens_on_a_private_socket_alone(tmp_path):
    own = service(tmp_path)
    own.prepare_folder()
    own.start_broker()
    process = own.children[0].process

    assert (tmp_path / "redis" / "redis.sock").stat().st_mode & 0o077 == 0
    own.stop()
    assert gone(process.pid)
    assert not (tmp_path / "redis" / "redis.sock").exists()


def test_the_brokers_program_is_found_without_a_server_on_the_path(monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")

    program = server_program()
    assert program.name == "redis-server"
    assert "--port" in broker_for(Path("/s"), Path("/f")).argv


def test_stopping_ends_what_a_child_started_too(tmp_path):
    grandchild = tmp_path / "pid"
    parent = child(
        tmp_path,
        "import subprocess, sys, time, pathlib\n"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"pathlib.Path({str(grandchild)!r}).write_text(str(p.pid))\n"
        "time.sleep(60)\n",
    )
    parent.start()
    assert waited_for(lambda: grandchild.exists() and grandchild.read_text())
    pid = int(grandchild.read_text())
    parent.stop()

    assert waited_for(lambda: gone(pid))


def test_a_child_that_will_not_end_is_ended(tmp_path):
    stubborn = child(
        tmp_path,
        "import signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('ready', flush=True)\n"
        "time.sleep(60)\n",
    )
    stubborn.start()
    assert waited_for(lambda: b"ready" in stubborn.log.read_bytes())
    stubborn.stop(0.2)

    assert not stubborn.running


def test_no_child_outlives_a_supervisor_that_was_killed(tmp_path):
    note = tmp_path / "pid"
    code = (
        "import os, pathlib, sys, time\n"
        "from workers.supervisor.children import Child\n"
        "argv = (sys.executable, '-c', 'import time; time.sleep(60)')\n"
        "c = Child(name='c', argv=argv,"
        f" env=dict(os.environ), log=pathlib.Path({str(tmp_path / 'c.log')!r}))\n"
        "c.start()\n"
        f"pathlib.Path({str(note)!r}).write_text(str(c.process.pid))\n"
        "time.sleep(60)\n"
    )
    supervisor = subprocess.Popen([sys.executable, "-c", code])
    assert waited_for(lambda: note.exists() and note.read_text())
    supervisor.send_signal(signal.SIGKILL)
    supervisor.wait()

    assert waited_for(lambda: gone(int(note.read_text())))


def test_a_child_that_ends_again_and_again_is_given_up(tmp_path):
    own = service(tmp_path)
    own.prepare_folder()
    own.children.append(child(tmp_path, "raise SystemExit('no such thing')"))
    own.children[0].start()

    with pytest.raises(CannotStart, match="no such thing"):
        own.watch(lambda: False)
