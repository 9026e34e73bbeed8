"""Hold the text grader against people's scores and print every figure.

    python manage.py evaluate_grader [--json PATH] [--plots FOLDER]

The figures are over the test split: questions on which nothing was fitted; over
the unseen answers of the public sets where INFERVIEW_DATA names their folder; and, as
calibrate_encoder wrote them into the head's file, over all other questions, each by a
fit that had not seen it. What marks cost in time and memory, `make bench` measures.
Exit status 2 and one line when something is missing.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bank.errors import BankError
from bank.parsing import load_bank
from grading.errors import GradingError
from grading.text.head import shipped_head
from workers import encoder as held
from workers.evaluation.adhoc_fitting import figures_of_public
from workers.evaluation.evaluation import (
    Evaluated,
    figure_of_attempts,
    figures_left_out,
    figures_of_answers,
    figures_of_pairs,
    graded,
)
from workers.evaluation.graded import (
    GradedDataBroken,
    graded_answers,
    pairs,
    rubrics_of,
    split,
)
from workers.evaluation.plots import PlotsUnavailable, write_plots
from workers.evaluation.public import (
    NO_PUBLIC_DATA,
    SETS,
    PublicDataMissing,
    public_answers,
    public_folder,
)
from workers.evaluation.tables import lines_of_figures

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from workers.evaluation.evaluation import Figure


class Command(BaseCommand):
    """Evaluate the text grader."""

    help = "Hold the text grader against people's scores; prints figures and targets."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take where the figures go as well."""
        parser.add_argument("--json", default="", help="write the figures there too")
        parser.add_argument(
            "--plots", default="", help="draw calibration and risk into this folder"
        )

    def handle(self, *_args: object, **options: str) -> None:
        """Grade, measure, print."""
        try:
            figures, engine = self._figures(options["plots"])
        except (
            BankError,
            GradingError,
            GradedDataBroken,
            PlotsUnavailable,
            PublicDataMissing,
        ) as error:
            raise CommandError(str(error), returncode=2) from error
        except OSError as error:
            message = f"{options['plots']} cannot be written: {error.strerror}"
            raise CommandError(message, returncode=2) from error
        self.stdout.write(engine)
        for line in lines_of_figures(figures):
            self.stdout.write(line)
        self.stdout.write("what marks cost in time and memory: make bench")
        if options["json"]:
            values = [dataclasses.asdict(figure) for figure in figures]
            try:
                Path(options["json"]).write_text(
                    json.dumps(values, indent=1) + "\n", encoding="utf-8"
                )
            except OSError as error:
                message = f"{options['json']} cannot be written: {error.strerror}"
                raise CommandError(message, returncode=2) from error

    def _figures(self, plots: str) -> tuple[list[Figure], str]:
        rubrics = rubrics_of(load_bank(settings.BANK_FOLDER))
        kept = split()
        answers = [one for one in graded_answers(rubrics) if one.slug in kept]
        encoder, background = held.encoder(), held.background()
        seen = Evaluated(
            answers=answers,
            grades=graded(
                [one.answer for one in answers], encoder, background, tell=self._tell
            ),
        )
        figures = figures_of_answers(seen)
        figures += figures_of_pairs(pairs(rubrics), kept, encoder, background)
        figures.append(figure_of_attempts(seen, encoder, background))
        folder = public_folder()
        if folder is None:
            self._tell(f"{NO_PUBLIC_DATA}: no figures of those")
        else:
            for name in SETS:
                figures += figures_of_public(
                    name, public_answers(folder, name), encoder, background
                )
        head = shipped_head(encoder.name)
        figures += figures_left_out(head)
        if plots:
            for path in write_plots(seen, Path(plots)):
                self._tell(f"{path} is drawn")
        name = head.name if head else "no head: the formula alone"
        return figures, f"{encoder.name} on {encoder.device}, {name}"

    def _tell(self, what: str) -> None:
        self.stderr.write(f"  {what}")
