"""Fit a head to the encoder of the settings, on the graded answers that ship.

    python manage.py calibrate_encoder [--adhoc] [--output PATH]

Prints what the head is worth on each question when it was not fitted on it, and
writes its file. Questions of the test split are never looked at. Run it for another
encoder by setting ENCODER_MODEL. With `--adhoc` it fits the head for rubrics without
misconceptions instead, to the public sets in the folder that INFERVIEW_DATA names.
Exit status 2 and one line when something is missing.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bank.errors import BankError
from bank.parsing import load_bank
from grading.errors import GradingError
from grading.text.adhoc_head import file_of
from grading.text.calibration import ENGINE
from grading.text.head import SHIPPED, model_of
from workers import encoder as held
from workers.evaluation.adhoc_fitting import (
    figures_of_fit,
    fitted_head,
    formula_scores,
    known_of,
    middle_of_words,
)
from workers.evaluation.examples import scored_answers
from workers.evaluation.fitting import head_values, left_out, next_version, write_head
from workers.evaluation.graded import GradedDataBroken
from workers.evaluation.public import (
    SETS,
    TRAINED_ON,
    UNSEEN,
    PublicDataMissing,
    needed_folder,
    public_answers,
)
from workers.evaluation.scored import adapted, rounds
from workers.evaluation.tables import lines_of_figures, lines_of_left_out

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Fit a head to graded answers."""

    help = "Fit the head of the text grader to graded answers; prints its worth."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take where the head goes."""
        parser.add_argument(
            "--adhoc",
            action="store_true",
            help="fit the head for rubrics without misconceptions, to public answers",
        )
        parser.add_argument(
            "--output", default="", help="the head's file (default: where it ships)"
        )

    def handle(self, *_args: object, **options: str) -> None:
        """Fit, report, write."""
        if options["adhoc"]:
            self._fit_adhoc(options["output"])
            return
        try:
            encoder = held.exact_encoder()
            name = model_of(encoder.name)
            path = Path(options["output"] or SHIPPED / f"{name.replace('/', '-')}.json")
            scored = scored_answers(
                load_bank(settings.BANK_FOLDER),
                encoder,
                held.background(),
                tell=self._tell,
            )
            residuals = left_out(rounds(scored, tell=self._tell))
            self._tell("fitting to all questions")
            adapter, examples = adapted(scored)
            values = head_values(
                examples,
                residuals,
                adapter=adapter,
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

    def _fit_adhoc(self, output: str) -> None:
        try:
            folder = needed_folder()
            public = {name: public_answers(folder, name) for name in SETS}
            encoder, background = held.exact_encoder(), held.background()
            middle = middle_of_words(encoder, background)
            sets = {
                name: known_of(answers, encoder, background, middle, tell=self._tell)
                for name, answers in public.items()
            }
            formulas = {
                name: formula_scores(known.of(UNSEEN).answers, encoder, background)[1]
                for name, known in sets.items()
            }
            figures = figures_of_fit(sets, formulas, middle, encoder=encoder.name)
            path = Path(output) if output else file_of(encoder.name)
            values = fitted_head(
                [known.of(TRAINED_ON) for known in sets.values()],
                middle,
                encoder=encoder.name,
                version=next_version(path),
            )
            path.parent.mkdir(parents=True, exist_ok=True)
            write_head(values, path)
        except (BankError, GradingError, PublicDataMissing) as error:
            raise CommandError(str(error), returncode=2) from error
        except OSError as error:
            message = f"{output} cannot be written: {error.strerror}"
            raise CommandError(message, returncode=2) from error
        for line in lines_of_figures(figures):
            self.stdout.write(line)
        self.stdout.write(f"{values['answers']} answers; {path.name} is written")

    def _tell(self, what: str) -> None:
        self.stderr.write(f"  {what}")
