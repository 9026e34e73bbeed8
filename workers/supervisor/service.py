"""Run the whole service on one machine: broker, web server, workers, clock.

    lock the data folder ─> migrate ─> broker ─> bank and demo ─> model
        ─> web server, workers, clock ─> wait until all are ready ─> watch

The order of stopping is the reverse: nobody is left without what it needs.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlsplit

import httpx
import redis

from workers.supervisor.broker import broker_for
from workers.supervisor.children import TERM_SECONDS, Child
from workers.supervisor.errors import CannotStart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

READY_SECONDS: Final = 300.0
BROKER_SECONDS: Final = 30.0
WATCH_SECONDS: Final = 0.5


class Say(Protocol):
    """Tells the person at the terminal."""

    def __call__(self, line: str) -> None:
        """Print one line at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the service runs and keeps its things."""

    root: Path  # of the checkout
    home: Path  # of the data
    host: str
    port: int
    own_broker: bool  # False: REDIS_URL names a server that runs already
    socket: Path  # of the embedded broker
    redis_url: str


@dataclass(slots=True, kw_only=True)
class Service:
    """The processes of one running service."""

    place: Place
    say: Say
    children: list[Child] = field(default_factory=list)
    _lock: int | None = None
    _stopping: bool = False

    # -- before anything starts ------------------------------------------------------
    def prepare_folder(self) -> None:
        """Make the data folder and take it for this supervisor alone.

        Raises: `CannotStart` when it cannot be written or is in use.
        """
        home = self.place.home
        try:
            for folder in (home, home / "log", home / "mail"):
                folder.mkdir(parents=True, exist_ok=True)
            home.chmod(0o700)
            handle = os.open(home / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            message = (
                f"The data folder {home} cannot be written ({error.strerror}). Make it "
                "writable, or name another one with INFERVIEW_HOME=/path/to/folder."
            )
            raise CannotStart(message) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(handle)
            message = (
                f"The service is running already with the data folder {home}. Stop it "
                "first, or give this one another folder with INFERVIEW_HOME=."
            )
            raise CannotStart(message) from error
        self._lock = handle

    def check_port(self) -> None:
        """Look whether the address is free.

        Raises: `CannotStart` when it is not.
        """
        family = socket.AF_INET6 if ":" in self.place.host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.place.host, self.place.port))
            except OSError as error:
                message = (
                    f"Port {self.place.port} of {self.place.host} cannot be used "
                    f"({error.strerror}). Choose another one: make run PORT="
                    f"{self.place.port + 1}"
                )
                raise CannotStart(message) from error

    # -- starting --------------------------------------------------------------------
    def start_broker(self) -> None:
        """Start the embedded broker, or check that the given one answers.

        Raises: `CannotStart` when no broker answers in time.
        """
        if self.place.own_broker:
            folder = self.place.home / "redis"
            folder.mkdir(parents=True, exist_ok=True)
            self.place.socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            broker = broker_for(self.place.socket, folder)
            self._start("redis", broker.argv)
        client = redis.Redis.from_url(self.place.redis_url)
        for _ in self._until(BROKER_SECONDS):
            try:
                client.ping()
            except redis.exceptions.BusyLoadingError:
                continue
            except (redis.exceptions.RedisError, OSError):
                if not self.place.own_broker:
                    break
                self._check_alive()
            else:
                client.close()
                return
        shown = _without_password(self.place.redis_url)
        message = f"Redis does not answer at {shown}. " + (
            f"See {self.place.home / 'log' / 'redis.log'}."
            if self.place.own_broker
            else "Start it, or leave REDIS_URL out to use the embedded one."
        )
        raise CannotStart(message)

    def start_web(self) -> None:
        """Start the web server."""
        self._start(
            "web",
            (
                sys.executable, "-m", "granian",
                "--interface", "wsgi",
                "--host", self.place.host,
                "--port", str(self.place.port),
                "--workers", "1",
                "--blocking-threads", "8",
                "--backpressure", "64",
                "--no-ws",
                "assessment.config.wsgi:application",
            ),
        )  # fmt: skip

    def start_workers(self) -> None:
        """Start one worker for each queue, and the clock."""
        celery = (sys.executable, "-m", "celery", "-A", "workers.celery")
        common = ("--without-gossip", "--without-mingle", "-l", "info")
        for queue, pool in (
            # The solo pool would enforce no time limit, hence one child each.
            ("text", ("-P", "prefork", "-c", "1")),
            ("speed", ("-P", "prefork", "-c", "1")),
            ("hooks", ("-P", "threads", "-c", "4")),
        ):
            self._start(
                f"worker-{queue}",
                (*celery, "worker", "-Q", queue, "-n", f"{queue}@%h", *pool, *common),
                # A worker that has lost its broker hung in its warm shutdown.
                on_death=signal.SIGKILL,
                WORKER_QUEUE=queue,
                OMP_NUM_THREADS="1",
            )
        self._start(
            "clock",
            (
                *celery, "beat", "-l", "warning",
                "-s", str(self.place.home / "clock-schedule"),
                "--pidfile", "",
            ),
            WORKER_QUEUE="hooks",
        )  # fmt: skip

    def run_step(self, *arguments: str) -> None:
        """Run one of our commands to its end, its output on the terminal.

        Raises: `CannotStart` when it fails.
        """
        child = Child(
            name=arguments[0],
            argv=(sys.executable, str(self.place.root / "manage.py"), *arguments),
            env=self._environment(),
            log=self.place.home / "log" / f"{arguments[0]}.log",
        )
        child.log.unlink(missing_ok=True)
        child.start()
        self.children.append(child)
        shown = 0
        while child.running:
            shown = self._show(child.log, shown)
            time.sleep(0.1)
        self._show(child.log, shown)
        self.children.remove(child)
        if child.process is not None and child.process.returncode:
            message = f"`manage.py {' '.join(arguments)}` failed; see {child.log}."
            raise CannotStart(message)

    def wait_ready(self) -> None:
        """Wait until every part says that it is ready, telling what is awaited.

        Raises: `CannotStart` when that does not come about.
        """
        url = f"http://{self._reachable_host()}:{self.place.port}/readyz"
        told: set[str] = set()
        waiting: dict[str, str] = {}
        for _ in self._until(READY_SECONDS):
            self._check_alive()
            try:
                checks = httpx.get(url, timeout=5.0).json()["checks"]
            except (httpx.HTTPError, ValueError, KeyError):
                continue
            waiting = {part: state for part, state in checks.items() if state != "ok"}
            for part in checks.keys() - waiting.keys() - told:
                told.add(part)
                self.say(f"  ready: {part}")
            broken = [state for state in waiting.values() if state.startswith("no ")]
            if broken:
                raise CannotStart(broken[0])
            if not waiting:
                return
        message = (
            f"Not ready after {READY_SECONDS:.0f} s: "
            f"{', '.join(f'{part} ({state})' for part, state in waiting.items())}. "
            f"The logs are in {self.place.home / 'log'}."
        )
        raise CannotStart(message)

    # -- running and stopping --------------------------------------------------------
    def watch(self, stopped: Callable[[], bool]) -> None:
        """Restart what dies until `stopped` says so.

        Raises: `CannotStart` when something dies again and again.
        """
        while not stopped():
            for child in self.children:
                if not child.running and not stopped():
                    if child.hopeless:
                        message = (
                            f"{child.name} ends again and again; see {child.log}:\n"
                            f"{child.last_lines()}"
                        )
                        raise CannotStart(message)
                    self.say(f"  {child.name} ended and is started again")
                    child.start()
            time.sleep(WATCH_SECONDS)

    def stop(self) -> None:
        """Stop everything that was started, those first that need the others."""
        if self._lock is None:
            return  # nothing was started, and what lies here is another's
        broker = [child for child in self.children if child.name == "redis"]
        others = [child for child in self.children if child.name != "redis"]
        for group in (others, broker):
            for child in group:
                child.terminate()
            end = time.monotonic() + TERM_SECONDS
            for child in group:
                child.stop(max(0.0, end - time.monotonic()))
        self.children.clear()
        if self.place.own_broker:
            self.place.socket.unlink(missing_ok=True)
            if self.place.socket.parent != self.place.home / "redis":
                shutil.rmtree(self.place.socket.parent, ignore_errors=True)
        os.close(self._lock)
        self._lock = None

    # -- small parts -----------------------------------------------------------------
    def _start(
        self,
        name: str,
        argv: Sequence[str],
        *,
        on_death: signal.Signals = signal.SIGTERM,
        **variables: str,
    ) -> None:
        child = Child(
            name=name,
            argv=tuple(argv),
            env=self._environment() | variables,
            log=self.place.home / "log" / f"{name}.log",
            on_death=on_death,
        )
        child.start()
        self.children.append(child)

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "assessment.config.settings",
            "PYTHONPATH": str(self.place.root),
            "PYTHONUNBUFFERED": "1",
            "INFERVIEW_HOME": str(self.place.home),
        }

    def _reachable_host(self) -> str:
        everywhere = self.place.host in {"0.0.0.0", "::"}  # noqa: S104  # compared, not bound
        host = "127.0.0.1" if everywhere else self.place.host
        return f"[{host}]" if ":" in host else host

    def _check_alive(self) -> None:
        for child in self.children:
            if not child.running:
                message = (
                    f"{child.name} ended while starting; see {child.log}:\n"
                    f"{child.last_lines()}"
                )
                raise CannotStart(message)

    def _show(self, log: Path, shown: int) -> int:
        data = log.read_bytes()[shown:] if log.exists() else b""
        end = data.rfind(b"\n") + 1
        for line in data[:end].decode("utf-8", "replace").splitlines():
            self.say(f"  {line}")
        return shown + end

    @staticmethod
    def _until(seconds: float) -> Iterator[float]:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            yield end - time.monotonic()
            time.sleep(0.25)


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    if parts.password is None:
        return url
    return url.replace(f":{parts.password}@", ":...@", 1)
