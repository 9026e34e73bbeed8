"""Import the questions of one Markdown document.

Prints what was published, what was skipped and why, which questions ask nearly the
same, and what could not be read. Importing again changes nothing; a changed document
publishes new versions. New questions are live at once, or what `--state` says; the
state of those that are there already is left alone. Exit status 2 and one line when
the document is unusable.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from django.core.management.base import BaseCommand, CommandError

from bank.definitions import State
from bank.documents import read_document
from bank.errors import BankError
from bank.publishing import document_publish
from grading.inputs import LANGUAGES

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from bank.documents import DocumentReport
    from bank.publishing import ImportResult

_STATES = (State.DRAFT, State.REVIEWED, State.LIVE)
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Command(BaseCommand):
    """Import a document of interview questions."""

    help = "Import the questions of one Markdown document."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the document, a set to make of it, and its language."""
        parser.add_argument("path", help="the document, UTF-8 Markdown")
        parser.add_argument("--set", default="", help="make this set of its questions")
        parser.add_argument(
            "--language", default="auto", help="zh, en or auto (the default)"
        )
        parser.add_argument(
            "--state",
            default=str(State.LIVE),
            help="of questions that are new: draft, reviewed or live (the default)",
        )

    def handle(self, *_args: object, **options: str) -> None:
        """Import and report."""
        slug, language = options["set"], options["language"]
        if slug and (not _SLUG.fullmatch(slug) or len(slug) > 100):  # noqa: PLR2004 # as long as the column
            message = f"--set {slug}: not lower-case words joined by hyphens"
            raise CommandError(message, returncode=2)
        if language not in {*LANGUAGES, "auto"}:
            message = f"--language {language}: must be zh, en or auto"
            raise CommandError(message, returncode=2)
        if options["state"] not in _STATES:
            message = f"--state {options['state']}: must be " + ", ".join(_STATES)
            raise CommandError(message, returncode=2)
        try:
            report = read_document(Path(options["path"]), language=language)
            result = document_publish(
                report,
                set_slug=slug,
                state=State(options["state"]),
                by="import_document",
            )
        except BankError as error:
            raise CommandError(str(error), returncode=2) from error
        self._print(report, result)

    def _print(self, report: DocumentReport, result: ImportResult) -> None:
        write = self.stdout.write
        outcomes = Counter(question.outcome for question in result.questions)
        points = sum(len(question.key_points) for question in report.questions)
        write(
            f"{report.document}: {len(report.questions)} questions, "
            f"{points} key points, language {report.language}"
        )
        write("  " + ", ".join(f"{count} {name}" for name, count in outcomes.items()))
        if result.question_set:
            write(f"  set {result.question_set.slug}: {result.question_set.outcome}")
        for item in report.skipped:
            write(f"{report.path}:{item.line}: skipped ({item.why}): {item.what}")
        for pair in report.twins:
            write(
                f"near-duplicates: questions {pair.first} and {pair.second}, {pair.why}"
            )
        for problem in report.problems:
            write(f"{report.path}:{problem.line}: problem: {problem.reason}")
        for gone in result.gone:
            write(f"no longer in the document, kept as it was: {gone}")
