"""Clean up after a judge that was killed. A program of its own.

It reads lines from its standard input, whose other end only the judge holds:
`group PATH` and `folder PATH` name what would be left behind. When the judge
is gone the input ends; then frozen processes are thawed and killed, control
groups and folders removed. A judge that ends well has left nothing to do.

Standard library only; it is run with `python -I -S` and imports nothing of ours.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from typing import Final

TRIES: Final = 200
PAUSE_SECONDS: Final = 0.02


def _write(path: str, text: str) -> None:
    with contextlib.suppress(OSError), open(path, "w", encoding="ascii") as file:  # noqa: PTH123  # pathlib costs memory that this process holds for hours
        file.write(text)


def _members(group: str) -> list[int]:
    try:
        with open(f"{group}/cgroup.procs", encoding="ascii") as file:  # noqa: PTH123  # the same
            return [int(line) for line in file]
    except OSError:
        return []


def sweep(group: str) -> bool:
    """Kill what runs in a control group and remove it; say whether it is gone."""
    for number in _members(group):
        with contextlib.suppress(OSError):
            os.kill(number, signal.SIGKILL)
    for name, text in (("freezer.state", "THAWED"), ("cgroup.freeze", "0")):
        if os.path.exists(f"{group}/{name}"):  # noqa: PTH110  # the same
            _write(f"{group}/{name}", text)
    with contextlib.suppress(OSError):
        os.rmdir(group)  # noqa: PTH106  # the same
    return not os.path.exists(group)  # noqa: PTH110  # the same


def main() -> None:
    """Wait for the judge to end, then sweep."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    groups: dict[str, None] = {}
    folders: dict[str, None] = {}
    for line in sys.stdin:
        word, _, path = line.rstrip("\n").partition(" ")
        kept = groups if word.endswith("group") else folders
        if word.startswith("no"):
            kept.pop(path, None)
        else:
            kept[path] = None
    for _ in range(TRIES):
        left = [group for group in groups if not sweep(group)]
        if not left:
            break
        time.sleep(PAUSE_SECONDS)
    for folder in folders:
        with contextlib.suppress(OSError):
            os.rmdir(folder)  # noqa: PTH106  # the same


if __name__ == "__main__":
    main()
