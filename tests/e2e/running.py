"""The whole service in a folder of its own, as `make run` starts it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 240.0
STOP_SECONDS = 60.0
MODELS = ROOT / "var" / "models"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def environment(home: Path, port: int, **settings: str) -> dict[str, str]:
    """The caller's environment without what would point at another service."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DJANGO_SETTINGS_MODULE", "DATABASE_URL", "REDIS_URL"}
    }
    return {
        **kept,
        "INFERVIEW_HOME": str(home),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        **settings,
    }


@dataclass
class Running:
    """One `manage.py up` and what it was started with."""

    home: Path
    port: int
    env: dict[str, str]
    process: subprocess.Popen[bytes]

    @classmethod
    def start(cls, home: Path, *, port: int = 0, **settings: str) -> Running:
        home.mkdir(parents=True, exist_ok=True)
        if MODELS.is_dir() and not (home / "models").exists():
            (home / "models").symlink_to(MODELS)  # unpacked once for all tests
        port = port or free_port()
        env = environment(home, port, **settings)
        with (home / "up.txt").open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=ROOT,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        return cls(home, port, env, process)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def output(self) -> str:
        return (self.home / "up.txt").read_text()

    def await_ready(self) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            assert self.process.poll() is None, self.output
            if "Ctrl-C stops it." in self.output:
                return
            time.sleep(0.2)
        raise AssertionError(self.output + self.logs())

    def ready(self) -> dict[str, str]:
        checks: dict[str, str] = httpx.get(f"{self.url}/readyz", timeout=10).json()[
            "checks"
        ]
        return checks

    def manage(
        self, *arguments: str, seconds: float
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def spawn(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def await_row_count(self, state: str, *, at_least: int) -> None:
        """Wait until so many jobs of the embedded database are in `state`."""
        path = f"file:{self.home}/inferview.sqlite3?mode=ro"
        end = time.monotonic() + 120
        while time.monotonic() < end:
            with contextlib.closing(sqlite3.connect(path, uri=True)) as database:
                (count,) = database.execute(
                    "SELECT count(*) FROM assessment_job WHERE state = ?", (state,)
                ).fetchone()
            if count >= at_least:
                return
            time.sleep(0.1)
        raise AssertionError(self.logs())

    def logs(self) -> str:
        return "\n".join(
            f"== {path.name}\n{path.read_text(errors='replace')[-3000:]}"
            for path in sorted((self.home / "log").glob("*.log"))
        )

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(STOP_SECONDS)

    def processes(self) -> dict[int, str]:
        """Every living process that works for this home, with its command line."""
        found = {}
        variable = f"INFERVIEW_HOME={self.home}".encode()
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
                # Redis writes its title over its environment, but names its socket.
                ours = bytes(self.home) in line or variable in (
                    folder / "environ"
                ).read_bytes().split(b"\0")
            except OSError:
                continue
            if line and ours:
                found[int(folder.name)] = line.decode(errors="replace")
        return found

    def kill(self, part: str) -> int:
        """Kill every process whose command line holds `part`; return how many."""
        hit = [pid for pid, line in self.processes().items() if part in line]
        for pid in hit:
            os.kill(pid, signal.SIGKILL)
        return len(hit)
