"""Put the shipped bank's questions and sets into the database.

Says what changed. Running it again changes nothing. Exit status 2 when a question
cannot be read; nothing is loaded then.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bank.errors import BankError
from bank.parsing import load_bank
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
        try:
            result = bank_publish(load_bank(Path(options["folder"])))
        except BankError as error:
            raise CommandError(str(error), returncode=2) from error
        for question in result.questions:
            if question.outcome is not Outcome.UNCHANGED:
                self.stdout.write(
                    f"question {question.slug} v{question.number}: {question.outcome}"
                )
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
