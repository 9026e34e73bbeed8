from __future__ import annotations

import signal
import socket
import time
from pathlib import Path

import pytest

from tests.e2e.running import Running, free_port

SIMULATION_SECONDS = 600


def simulated(service: Running, candidates: int) -> str:
    done = service.manage(
        "simulate", "--candidates", str(candidates), seconds=SIMULATION_SECONDS
    )
    assert done.returncode == 0, done.stdout + done.stderr + service.logs()
    return str(done.stdout)


def test_everything_is_ready_on_postgresql_and_redis(service):
    checks = service.ready()

    assert set(checks.values()) == {"ok"}
    assert {"worker text", "worker speed", "worker hooks"} <= set(checks)
    assert service.env["DATABASE_URL"].startswith("postgresql://")


def test_a_candidate_gets_from_the_order_to_a_released_scorecard(service):
    table = simulated(service, 1)

    assert "1 of 1 scorecards released." in table
    assert "LOST" not in table


def test_the_first_start_shows_a_generated_password_in_one_place(service):
    note = service.home / "first-sign-in.txt"
    password = note.read_text().split()[1]

    assert password in service.output
    assert len(password) >= 16
    assert note.stat().st_mode & 0o077 == 0


def test_a_second_service_on_the_same_port_says_which_to_take(service, tmp_path):
    other = Running.start(tmp_path / "home", port=service.port)

    assert other.process.wait(60) == 1
    assert f"make run PORT={service.port + 1}" in other.output
    assert "Traceback" not in other.output


@pytest.mark.slow
def test_every_persona_ends_as_it_must(service):
    table = simulated(service, 4)

    assert "4 of 4 scorecards released." in table


@pytest.mark.slow
def test_data_survives_a_restart_and_nothing_is_left_running(tmp_path):
    home = tmp_path / "home"
    first = Running.start(home)
    first.await_ready()
    password = (home / "first-sign-in.txt").read_text()
    assert first.stop(signal.SIGINT) == 0
    assert first.processes() == {}

    again = Running.start(home)
    again.await_ready()
    assert (home / "first-sign-in.txt").read_text() == password
    assert again.stop(signal.SIGTERM) == 0
    assert again.processes() == {}


@pytest.mark.slow
def test_a_killed_supervisor_leaves_no_process_behind(tmp_path):
    service = Running.start(tmp_path / "home")
    service.await_ready()
    service.process.kill()
    service.process.wait()

    end = time.monotonic() + 30
    while service.processes() and time.monotonic() < end:
        time.sleep(0.2)
    assert service.processes() == {}


@pytest.mark.slow
def test_a_killed_broker_and_killed_workers_lose_nothing(tmp_path):
    service = Running.start(tmp_path / "home")
    service.await_ready()
    # A job that was lost with its worker waits for the end of its lease, a minute.
    simulation = service.spawn("simulate", "--candidates", "2", "--seconds", "600")
    try:
        service.await_row_count("running", at_least=1)
        assert service.kill("redis-server") == 1
        assert service.kill("-Q text") >= 1
        assert service.kill("-Q speed") >= 1
        output, _ = simulation.communicate(timeout=2 * SIMULATION_SECONDS)
    finally:
        service.stop()
        simulation.kill()

    assert simulation.returncode == 0, output
    assert "2 of 2 scorecards released." in output


@pytest.mark.slow
def test_a_redis_server_that_is_not_there_is_one_sentence(tmp_path):
    port = free_port()
    service = Running.start(tmp_path / "home", REDIS_URL=f"redis://127.0.0.1:{port}/0")

    assert service.process.wait(120) == 1
    assert f"redis://127.0.0.1:{port}/0" in service.output
    assert "Traceback" not in service.output


@pytest.mark.slow
def test_a_database_that_is_not_there_is_one_sentence(tmp_path):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        service = Running.start(
            tmp_path / "home", DATABASE_URL=f"postgres://me:pw@127.0.0.1:{port}/x"
        )
        assert service.process.wait(120) == 1

    assert "DATABASE_URL" in service.output
    assert "Traceback" not in service.output
    assert Path(service.home / "log").is_dir()
