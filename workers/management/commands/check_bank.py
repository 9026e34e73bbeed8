"""Check questions: the lint, and a trial of each on the real grader.

    python manage.py check_bank [SLUG ...] [--folder F] [--lint-only] [--gate] [--json]

The lint reads the whole bank and prints what is wrong with the questions named, or
with all. The trial marks answers made of each rubric (bank/README.md lists them) and
prints a table in which `!` stands beside what is outside its bounds.

Exit status 0, also when the trial has something outside its bounds; 1 when the lint
has errors, or with `--gate` when the trial has some; 2 for bad arguments and a bank
that cannot be read; 3 when there is no encoder. Needs no database and no service.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bank.definitions import TextQuestion
from bank.errors import BankError
from bank.linting import Severity, lint
from bank.parsing import load_bank
from grading.errors import GradingError
from workers.background import background_from
from workers.encoder import exact_encoder
from workers.trial.marking import trial
from workers.trial.table import as_json, offenders, summary, table

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator, Mapping, Sequence

    from bank.definitions import SpeedQuestion
    from bank.linting import Finding
    from workers.trial.marking import Trial

    Question = TextQuestion | SpeedQuestion

FOUND: Final = 1
BAD_ARGUMENT: Final = 2
OUR_FAULT: Final = 3


class Command(BaseCommand):
    """Lint the bank and try its questions."""

    help = "Lint the question bank and try its questions on the grader."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the questions, the folder and what to do."""
        parser.add_argument("slug", nargs="*", help="questions; all when none is named")
        parser.add_argument(
            "--folder",
            default=str(settings.BANK_FOLDER),
            help="the folder with one folder for each question",
        )
        parser.add_argument("--lint-only", action="store_true", help="no trial")
        parser.add_argument(
            "--gate",
            action="store_true",
            help="exit with 1 when the trial has something outside its bounds",
        )
        parser.add_argument("--json", action="store_true", help="one object")

    def handle(self, *_args: object, **options: Any) -> None:  # noqa: ANN401 - as Django gives them
        """Lint, try, print."""
        folder = Path(options["folder"])
        questions = _read(folder)
        wanted = _wanted(options["slug"], questions)
        findings = [
            finding
            for finding in lint(questions, folder)
            if not options["slug"] or finding.slug in wanted
        ]
        tried = None if options["lint_only"] else self._trial(wanted, questions)
        if options["json"]:
            self.stdout.write(_object(findings, tried))
        else:
            for line in _lines(findings, tried, len(wanted)):
                self.stdout.write(line)
        _end(findings, tried, gate=options["gate"])

    def _trial(
        self, wanted: Mapping[str, Question], questions: Mapping[str, Question]
    ) -> Trial | None:
        texts = _texts(questions)
        asked = [texts[slug] for slug in wanted if slug in texts]
        if not asked:
            return None
        try:
            return trial(
                asked,
                texts,
                exact_encoder(),
                background_from(questions),
                tell=lambda line: self.stderr.write(f"trying {line}"),
            )
        except GradingError as error:
            raise CommandError(str(error), returncode=OUR_FAULT) from error


def _read(folder: Path) -> Mapping[str, Question]:
    try:
        return load_bank(folder)
    except BankError as error:
        raise CommandError(str(error), returncode=BAD_ARGUMENT) from error


def _wanted(
    slugs: Sequence[str], questions: Mapping[str, Question]
) -> Mapping[str, Question]:
    unknown = [slug for slug in slugs if slug not in questions]
    if unknown:
        message = "no question is called " + ", ".join(unknown)
        raise CommandError(message, returncode=BAD_ARGUMENT)
    return {slug: q for slug, q in questions.items() if not slugs or slug in slugs}


def _texts(questions: Mapping[str, Question]) -> dict[str, TextQuestion]:
    return {s: q for s, q in questions.items() if isinstance(q, TextQuestion)}


def _object(findings: Sequence[Finding], tried: Trial | None) -> str:
    value = {
        "lint": [
            {
                "severity": finding.severity,
                "rule": finding.rule,
                "slug": finding.slug,
                "file": finding.file,
                "line": finding.line,
                "reason": finding.reason,
            }
            for finding in findings
        ],
        "trial": None if tried is None else as_json(tried),
    }
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _lines(
    findings: Sequence[Finding], tried: Trial | None, questions: int
) -> Iterator[str]:
    yield from map(str, findings)
    errors = _errors(findings)
    warnings = len(findings) - errors
    yield f"lint: {questions} questions, {errors} errors, {warnings} warnings"
    if tried is not None:
        yield ""
        yield from table(tried)
        yield ""
        yield from summary(tried)


def _errors(findings: Sequence[Finding]) -> int:
    return sum(finding.severity is Severity.ERROR for finding in findings)


def _end(findings: Sequence[Finding], tried: Trial | None, *, gate: bool) -> None:
    """Raise what makes the exit status 1."""
    if errors := _errors(findings):
        message = f"the lint found {errors} errors"
        raise CommandError(message, returncode=FOUND)
    if gate and tried is not None and (rows := offenders(tried)):
        message = f"{len(rows)} of {len(tried.rows)} rows are outside their bounds"
        raise CommandError(message, returncode=FOUND)
