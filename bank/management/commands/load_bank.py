"""Put the shipped bank's questions and sets into the database.

Says what changed. Running it again changes nothing. Exit status 2 when a question
cannot be read: every broken folder is named with file, line and reason, and nothing
is loaded. A question whose folder has left the shipped bank is retired, not deleted;
another folder than the shipped one only adds.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bank.errors import BankError
from bank.parsing import read_bank
from bank.publishing import Outcome, bank_publish

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Load the question bank."""

    help = "Load the question folders into the database; prints what changed."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take another folder than the shipped one."""
        parser.add_argument(
            "--folder",
            default=str(settings.BANK_FOLDER),
            help="the folder with one folder for each question",
        )

    def handle(self, *_args: object, **options: str) -> None:
        """Load, then print one line for each change and one with the sums."""
        folder = Path(options["folder"])
        shipped = folder.resolve() == Path(settings.BANK_FOLDER).resolve()
        try:
            reading = read_bank(folder)
            if reading.faults:
                raise CommandError("\n".join(map(str, reading.faults)), returncode=2)
            if shipped and not reading.questions:
                # A bank that is not there must not retire every question.
                message = f"{folder}: no question in the bank's own folder"
                raise CommandError(message, returncode=2)
            result = bank_publish(reading.questions, shipped=shipped, by="load_bank")
        except BankError as error:
            raise CommandError(str(error), returncode=2) from error
        for question in result.questions:
            if question.outcome is not Outcome.UNCHANGED:
                self.stdout.write(
                    f"question {question.slug} v{question.number}: {question.outcome}"
                )
        for slug in result.retired:
            self.stdout.write(f"question {slug}: retired, its folder is gone")
        for question_set in result.sets:
            if question_set.outcome is not Outcome.UNCHANGED:
                self.stdout.write(
                    f"set {question_set.slug} ({question_set.questions} questions): "
                    f"{question_set.outcome}"
                )
        changed = sum(q.outcome is not Outcome.UNCHANGED for q in result.questions)
        self.stdout.write(
            f"{len(result.questions)} questions, {changed} changed; "
            f"{len(result.sets)} sets"
        )
