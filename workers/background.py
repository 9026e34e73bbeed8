"""The background that this bank makes, kept beside the model.

Reading eighty folders of YAML costs a starting worker a quarter of its time, so the
result is kept under the data folder, under a name that changes with every file of the
bank. Whatever is wrong with the kept one, it is made again.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bank.definitions import TextQuestion
from grading.inputs import LANGUAGES
from grading.text.background import Background, background_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bank.definitions import SpeedQuestion

SCHEMA: Final = 1  # of the kept file, and of how a background is chosen
FOLDER: Final = "backgrounds"
_log: Final = logging.getLogger(__name__)


def background_from(
    questions: Mapping[str, TextQuestion | SpeedQuestion],
) -> Background:
    """Return the background that a bank's text questions make."""
    return background_of(
        question.rubric
        for question in questions.values()
        if isinstance(question, TextQuestion) and not question.alias_of
    )


def kept_background(bank: Path, home: Path) -> Background:
    """Return the background of the bank's folders, from `home` if it is there.

    A folder that cannot be read is left out and logged: it must not stop a worker.

    Raises: `QuestionFormatError` when `bank` is no folder.
    """
    path = home / FOLDER / f"{_stamp(bank)}.json"
    found = _read(path)
    if found is None:
        from bank.parsing import read_bank  # noqa: PLC0415 - a fifth of a start

        reading = read_bank(bank)
        for fault in reading.faults:
            _log.warning("left out of the background: %s", fault)
        found = background_from(reading.questions)
        _write(path, found)
    return found


def _stamp(bank: Path) -> str:
    """Return a name that changes when a question is added, edited or removed."""
    digest = hashlib.sha256(f"{SCHEMA} {bank}".encode())
    for path in sorted(bank.glob("*/question.yaml")):
        state = path.stat()
        name = f"{path.parent.name}\t{state.st_size}\t{state.st_mtime_ns}\n"
        digest.update(name.encode())
    return digest.hexdigest()[:16]


def _read(path: Path) -> Background | None:
    try:
        values = json.loads(path.read_text("utf-8"))
        return Background(
            texts={name: tuple(values["texts"][name]) for name in LANGUAGES},
            points={name: tuple(values["points"][name]) for name in LANGUAGES},
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(path: Path, background: Background) -> None:
    """Put the file in its place in one step, and older ones away."""
    values = {"texts": dict(background.texts), "points": dict(background.points)}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(values, file, ensure_ascii=False)
        Path(name).replace(path)
        for old in path.parent.glob("*.json"):
            if old != path:
                old.unlink(missing_ok=True)
    except OSError as error:
        _log.info("the background is not kept: %s", error)
