# ruff: noqa: INP001  # a tool that is run by its path, in no package
"""Join the Chinese texts of locale/parts into django.po and compile django.mo.

    python frontend/locale/merge.py

Each part of the service keeps its own file, so that two people who work on two parts
do not meet in one. GNU gettext (msgcat, msgfmt) does the work; it is needed only here,
because both results are committed.
"""

from __future__ import annotations

import shutil
import subprocess  # noqa: TID251  # a tool for who edits texts; no service runs it
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = HERE / "zh_Hans" / "LC_MESSAGES"


def main() -> int:
    """Write both catalogues; 0 when done, 2 with a sentence when it cannot be."""
    for tool in ("msgcat", "msgfmt"):
        if shutil.which(tool) is None:
            print(f"{tool} is missing: apt-get install gettext", file=sys.stderr)  # noqa: T201  # a command talks to a person
            return 2
    TARGET.mkdir(parents=True, exist_ok=True)
    parts = sorted(HERE.glob("parts/*.po"))
    joined = TARGET / "django.po"
    commands = (
        # The same text in two parts is kept once; the first part's wording counts.
        [
            *("msgcat", "--use-first", "--sort-output", "--no-wrap", "--no-location"),
            f"--output-file={joined}",
            *map(str, parts),
        ],
        [
            *("msgfmt", "--check-format", "--no-hash"),
            f"--output-file={TARGET / 'django.mo'}",
            str(joined),
        ],
    )
    for command in commands:
        done = subprocess.run(command, check=False)  # noqa: S603  # written out above
        if done.returncode:
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
