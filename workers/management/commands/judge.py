"""Judge one file of code against a speed task.

    python manage.py judge TASK SUBMISSION.py [--device cpu|cuda] [--seconds N] [--json]

TASK is a slug of the bank or a folder as docs/tasks.md describes it. Exit status 0
for every verdict about the submission, 2 for bad arguments and unreadable files, 3
when our side failed: no sandbox, a broken task, a machine too busy. Needs no
database and no service.
"""

from __future__ import annotations

import json
import math
from argparse import ArgumentTypeError
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from grading.errors import GradingError
from grading.inputs import SpeedSubmission
from grading.results import Verdict, as_json

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator

    from grading.results import SpeedGrade

MOST_SECONDS: Final = 3_600.0
READ_BYTES: Final = 1024 * 1024  # a larger file is refused anyway
BAD_ARGUMENT: Final = 2
OUR_FAULT: Final = 3
FACTS: Final = (
    "processor",
    "cores",
    "gpu",
    "torch",
    "python",
    "kernel",
    "load",
    "sandbox",
    "freezer",
    "start",
)


class Command(BaseCommand):
    """Judge a submission and say what was found."""

    help = "Judge one file of code against a speed task."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the task, the file and how to judge."""
        parser.add_argument("task", help="a slug of the bank, or a task's folder")
        parser.add_argument("submission", help="one UTF-8 Python file")
        parser.add_argument("--device", choices=("auto", "cpu", "cuda"))
        parser.add_argument("--seconds", type=_seconds, help="measuring time")
        parser.add_argument("--json", action="store_true", help="one object")

    def handle(self, *_args: object, **options: Any) -> None:  # noqa: ANN401  # as Django gives them
        """Judge and print."""
        submission = SpeedSubmission(
            source=_read(options["submission"]),
            task_folder=task_folder(options["task"]),
            device=options["device"] or settings.DEVICE,
            budget_seconds=options["seconds"],
        )
        grade = _judged(submission)
        if options["json"]:
            text = json.dumps(as_json(grade), ensure_ascii=False, allow_nan=False)
        else:
            text = "\n".join(_table(submission.task_folder.name, grade))
        self.stdout.write(text)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value <= MOST_SECONDS:
        message = f"must be a number above 0 and at most {MOST_SECONDS:g}"
        raise ArgumentTypeError(message)
    return value


def _read(name: str) -> bytes:
    try:
        with Path(name).open("rb") as file:
            return file.read(READ_BYTES)
    except OSError as error:
        message = f"{name}: {error.strerror or error}"
        raise CommandError(message, returncode=BAD_ARGUMENT) from error


def task_folder(task: str) -> Path:
    """Return the folder of a slug or path that was typed.

    Raises: `CommandError`, status 2.
    """
    shipped = settings.BANK_FOLDER / task
    folder = shipped if "/" not in task and shipped.is_dir() else Path(task)
    if not (folder / "question.yaml").is_file():
        message = f"{task}: neither a slug of the bank nor a task's folder"
        raise CommandError(message, returncode=BAD_ARGUMENT)
    return folder.resolve()


def _judged(submission: SpeedSubmission) -> SpeedGrade:
    # Torch takes seconds to import; a wrong argument should be told at once.
    from grading.speed.device import DeviceUnavailable  # noqa: PLC0415  # see above
    from grading.speed.grade import grade_speed  # noqa: PLC0415  # see above

    try:
        return grade_speed(submission)
    except DeviceUnavailable as error:
        raise CommandError(one_line(error), returncode=BAD_ARGUMENT) from error
    except GradingError as error:
        raise CommandError(one_line(error), returncode=OUR_FAULT) from error


def one_line(error: GradingError) -> str:
    """Return what failed, and its code, as standard error shows it."""
    text = " ".join(str(error).split())
    return f"{text} ({error.code})" if text else error.code


def _table(task: str, grade: SpeedGrade) -> Iterator[str]:
    yield f"task      {task} on {grade.device}"
    yield f"verdict   {grade.verdict}"
    yield f"          {grade.reason}"
    if grade.speedup is not None and grade.low is not None and grade.high is not None:
        span = f"99 % interval {grade.low:.3f} to {grade.high:.3f}"
        yield f"speed-up  {grade.speedup:.3f}   {span}, {grade.pairs} pairs"
        yield f"credited  {grade.credited:.3f}   score {grade.score:.3f}"
        for name, series in (
            ("baseline", grade.baseline_seconds),
            ("yours", grade.candidate_seconds),
        ):
            middle = sorted(series)[len(series) // 2]
            calls = grade.details.get("calls", 1)
            what = "a call" if calls == 1 else f"for {calls} calls"
            yield (
                f"{name:<9} {middle * 1e3:.2f} ms {what} ({grade.clock} time, median)"
            )
        yield from _counted(grade)
    for case in grade.cases:
        right = "right" if case.correct else "WRONG"
        worst = (
            "" if case.worst_error is None else f", error {case.worst_error:.3g} tol."
        )
        yield f"case      {case.case:<16} {right}, {case.calls} calls{worst}"
    for name in FACTS:
        if name in grade.machine:
            yield f"machine   {name}: {grade.machine[name]}"
    yield f"took      {grade.seconds:.1f} s"
    if grade.output and grade.verdict is not Verdict.REFUSED:
        yield "printed   " + grade.output[:2_000].rstrip().replace("\n", "\n          ")


def _counted(grade: SpeedGrade) -> Iterator[str]:
    """Tell what was compared where that is not plain time."""
    details = grade.details
    if details.get("metric", "time") == "time":
        return
    for name, side in (("baseline", "baseline"), ("yours", "candidate")):
        series = sorted(details[f"{side}_counted"])
        middle = series[len(series) // 2]
        if details["unit"] == "bytes":
            yield f"{name:<9} held {middle / 2**20:.2f} MiB at most (median)"
        else:
            sent = sorted(details[f"{side}_bytes"])[len(series) // 2]
            yield f"{name:<9} {middle * 1e3:.2f} ms with the sending of {sent} bytes"
