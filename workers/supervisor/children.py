"""Start, watch and stop child processes. No child outlives its supervisor.

Source: prctl(2), PR_SET_PDEATHSIG.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

PR_SET_PDEATHSIG: Final = 1
TERM_SECONDS: Final = 10.0
# A child that dies this often within this time will not get well by itself.
RESTARTS: Final = 4
RESTARTS_WITHIN_SECONDS: Final = 60.0
# Loaded here: between fork and exec a child must not load anything.
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(slots=True, kw_only=True)
class Child:
    """One process of the service: how to start it, and whether it runs."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    log: Path
    on_death: signal.Signals = signal.SIGTERM  # when the supervisor is killed
    process: subprocess.Popen[bytes] | None = None
    starts: list[float] = field(default_factory=list)

    def start(self) -> subprocess.Popen[bytes]:
        """Start the process in a session of its own, its output into the log."""
        on_death = int(self.on_death)
        parent = os.getpid()

        def tie_to_parent() -> None:
            _libc.prctl(PR_SET_PDEATHSIG, on_death)
            if os.getppid() != parent:  # it died between fork and prctl
                os._exit(1)

        with self.log.open("ab") as log:
            process = subprocess.Popen(
                list(self.argv),
                env=dict(self.env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches the supervisor alone
                preexec_fn=tie_to_parent,  # noqa: PLW1509  # only async-safe calls
            )
        self.process = process
        self.starts.append(time.monotonic())
        return process

    def run(self) -> int:
        """Start the process, wait for its end and return its exit status."""
        return self.start().wait()

    @property
    def running(self) -> bool:
        """Say whether the process lives."""
        return self.process is not None and self.process.poll() is None

    @property
    def hopeless(self) -> bool:
        """Say whether restarting it again would be in vain."""
        recent = time.monotonic() - RESTARTS_WITHIN_SECONDS
        return sum(start > recent for start in self.starts) > RESTARTS

    def terminate(self) -> None:
        """Ask the process to end."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def stop(self, seconds: float = TERM_SECONDS) -> None:
        """Ask the process to end; after `seconds` end its whole session."""
        self.terminate()
        if self.process is None:
            return
        if self.process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def last_lines(self, count: int = 5) -> str:
        """Return the end of the log, for the sentence that says what went wrong."""
        try:
            text = self.log.read_bytes()[-4000:].decode("utf-8", "replace")
        except OSError:
            return ""
        return "\n".join(text.strip().splitlines()[-count:])
