"""Judge the programs that come with speed tasks: do the tasks do their work?

    python manage.py check_task TASK... | --all [--quick] [--device cpu|cuda] [--json]

TASK is a slug of the bank or a folder as docs/tasks.md describes it. A task passes
when its baseline is not faster than itself, its reference is faster by what the task
promises, nothing in `wrong/` earns anything, and the first two are right on many draws.
`inconclusive` is what this machine was too busy or too small to decide; it is named and
is no failure. Exit status 0, 1 when a task failed, 2 for bad arguments, 3 when this
machine cannot judge at all.
`--quick` measures a few seconds of each program. Needs no database and no service.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from grading.errors import ServiceFault
from grading.results import as_json
from workers.management.commands.judge import (
    BAD_ARGUMENT,
    OUR_FAULT,
    one_line,
    task_folder,
)

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from pathlib import Path

    from grading.speed.check import Trial

FAILED: Final = 1


class Command(BaseCommand):
    """Check tasks and say what was found."""

    help = "Judge the programs that come with speed tasks."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take which tasks, and how."""
        parser.add_argument("tasks", nargs="*", metavar="TASK")
        parser.add_argument("--all", action="store_true", help="all of the bank")
        parser.add_argument("--quick", action="store_true", help="a few seconds each")
        parser.add_argument("--device", choices=("auto", "cpu", "cuda"))
        parser.add_argument("--json", action="store_true", help="one object a program")

    def handle(self, *_args: object, **options: Any) -> None:  # noqa: ANN401  # as Django gives them
        """Check and print."""
        folders = _folders(options["tasks"], everything=options["all"])
        # Torch takes seconds to import; a wrong argument should be told at once.
        from grading.speed.check import Stand, check_task, stand_of  # noqa: PLC0415
        from grading.speed.device import DeviceUnavailable  # noqa: PLC0415

        device = options["device"] or settings.DEVICE
        stands, faults = {}, {}
        for folder in folders:
            trials = []
            try:
                for trial in check_task(folder, device, quick=options["quick"]):
                    trials.append(trial)
                    self.stdout.write(_shown(trial, as_object=options["json"]))
            except DeviceUnavailable as error:
                raise CommandError(one_line(error), returncode=BAD_ARGUMENT) from error
            except ServiceFault as error:
                faults[folder.name] = one_line(error)
                continue
            stands[folder.name] = stand_of(trials)
        if not options["json"]:
            for line in _sum(stands):
                self.stdout.write(line)
        failed = [slug for slug, stand in stands.items() if stand is Stand.FAILED]
        if failed:
            message = f"failed: {', '.join(failed)}"
            raise CommandError(message, returncode=FAILED)
        if faults:
            message = f"not judged: {', '.join(faults)}: {next(iter(faults.values()))}"
            raise CommandError(message, returncode=OUR_FAULT)


def _folders(tasks: list[str], *, everything: bool) -> list[Path]:
    if bool(tasks) is everything:
        message = "name tasks, or --all"
        raise CommandError(message, returncode=BAD_ARGUMENT)
    if not everything:
        return [task_folder(name) for name in tasks]
    found = sorted(path.parent for path in settings.BANK_FOLDER.glob("*/baseline.py"))
    if not found:
        message = f"{settings.BANK_FOLDER} holds no task"
        raise CommandError(message, returncode=BAD_ARGUMENT)
    return found


def _shown(trial: Trial, *, as_object: bool) -> str:
    grade = trial.grade
    if as_object:
        found = {
            "task": trial.task,
            "program": trial.program,
            "stand": trial.stand,
            "reason": trial.reason,
            "grade": None if grade is None else as_json(grade),
        }
        return json.dumps(found, ensure_ascii=False, allow_nan=False)
    ratio = ""
    if grade is not None and grade.speedup is not None:
        ratio = f"{grade.speedup:.2f} ({grade.low:.2f} to {grade.high:.2f})"
    verdict = "" if grade is None else grade.verdict
    line = f"{trial.task:<28} {trial.program:<36} {verdict:<13} {ratio:<24} "
    told = "" if trial.stand == "passed" else f"  {trial.reason}"
    return f"{line}{trial.stand}{told}"


def _sum(stands: dict[str, Any]) -> list[str]:
    """Return how many tasks passed, and the names of the others."""
    lines = []
    for stand in dict.fromkeys(stands.values()):
        names = [slug for slug, other in stands.items() if other is stand]
        named = "" if stand == "passed" else f": {', '.join(names)}"
        lines.append(f"{len(names)} {stand}{named}")
    return lines
