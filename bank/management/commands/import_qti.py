"""Publish the text questions of a QTI 3.0 package and report what was left behind.

A package of ours brings its questions as they were. Items of anybody else become
drafts of the topic `imported`, for a person to finish. All of it or nothing; exit
status 2 and one line when the package is refused.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.core.management.base import BaseCommand

from bank.documents import IMPORTED_TOPIC
from bank.errors import BankError, SlugTaken
from bank.exchange.archive import MAX_ARCHIVE, read_file
from bank.exchange.qti_reading import read_package_bytes
from bank.management.transfer import (
    add_intake,
    known_question,
    published,
    refusal,
    tell,
)

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterable
    from typing import Any

    from bank.definitions import TextQuestion


class Command(BaseCommand):
    """Import a QTI package."""

    help = "Publish the text questions of a QTI 3.0 package; foreign ones as drafts."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the package."""
        add_intake(parser)

    def handle(self, *_args: object, **options: Any) -> None:  # noqa: ANN401 # as Django has it
        """Import and report."""
        path, dry_run = Path(options["path"]), options["dry_run"]
        try:
            package = read_package_bytes(
                read_file(path, limit=MAX_ARCHIVE), str(path), known_question
            )
            _refuse_taken(package.drafts)
            questions = (*package.whole, *package.drafts)
            intake = published(questions, name=path.name, dry_run=dry_run)
        except BankError as error:
            raise refusal(error) from error
        for loss in package.losses:
            self.stdout.write(str(loss))
        tell(self.stdout, intake, dry_run=dry_run)


def _refuse_taken(drafts: Iterable[TextQuestion]) -> None:
    """Refuse a draft whose slug belongs to a question from elsewhere."""
    for draft in drafts:
        row = known_question(draft.slug)
        if row is not None and (
            row.topic != IMPORTED_TOPIC or row.sources != draft.sources
        ):
            message = f"{draft.slug!r} is a question already, and not from this package"
            raise SlugTaken(message)
