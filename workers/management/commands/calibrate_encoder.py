"""Fit a head to the encoder of the settings, on the graded answers that ship.

    python manage.py calibrate_encoder [--output PATH]

Prints what the head is worth on each question when it was not fitted on it, and
writes its file. Questions of the test split are never looked at. Run it for another
encoder by setting ENCODER_MODEL. Exit status 2 and one line when something is missing.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bank.errors import BankError
from bank.parsing import load_bank
from grading.errors import GradingError
from grading.text.calibration import ENGINE
from grading.text.head import SHIPPED, model_of
from workers import encoder as held
from workers.evaluation.examples import examples_of
from workers.evaluation.fitting import head_values, left_out, next_version, write_head
from workers.evaluation.graded import GradedDataBroken
from workers.evaluation.tables import lines_of_left_out

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Fit a head to graded answers."""

    help = "Fit the head of the text grader to graded answers; prints its worth."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take where the head goes."""
        parser.add_argument(
            "--output", default="", help="the head's file (default: where it ships)"
        )

    def handle(self, *_args: object, **options: str) -> None:
        """Fit, report, write."""
        try:
            encoder = held.encoder()
            name = model_of(encoder.name)
            path = Path(options["output"] or SHIPPED / f"{name.replace('/', '-')}.json")
            examples = examples_of(
                load_bank(settings.BANK_FOLDER),
                encoder,
                held.background(),
                tell=self._tell,
            )
            residuals = left_out(examples, tell=self._tell)
            values = head_values(
                examples,
                residuals,
                encoder=name,
                engine=ENGINE,
                version=next_version(path),
            )
            path.parent.mkdir(parents=True, exist_ok=True)
            write_head(values, path)
        except (BankError, GradingError, GradedDataBroken) as error:
            raise CommandError(str(error), returncode=2) from error
        except OSError as error:
            message = f"{options['output']} cannot be written: {error.strerror}"
            raise CommandError(message, returncode=2) from error
        for line in lines_of_left_out(residuals, examples):
            self.stdout.write(line)
        self.stdout.write(f"{len(examples)} examples; {path.name} is written")

    def _tell(self, what: str) -> None:
        self.stderr.write(f"  {what}")
