"""Publish the text questions of a table (.csv) or of a JSON list (.json).

All of it or nothing. Every fault is one line on stderr with its row and column, or
its JSON pointer, and the exit status is 2.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.core.management.base import BaseCommand, CommandError

from bank.errors import BankError
from bank.exchange import records, table_reading
from bank.exchange.archive import read_file
from bank.management.transfer import (
    add_intake,
    known_question,
    published,
    refusal,
    tell,
)

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any

FORMS = {
    ".csv": (table_reading.read_table, table_reading.MAX_BYTES),
    ".json": (records.read_records, records.MAX_BYTES),
}


class Command(BaseCommand):
    """Import text questions."""

    help = "Publish the text questions of a CSV or JSON file, all of it or nothing."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file."""
        add_intake(parser)

    def handle(self, *_args: object, **options: Any) -> None:  # noqa: ANN401 # as Django has it
        """Import and report."""
        path = Path(options["path"])
        if path.suffix.lower() not in FORMS:
            message = f"{path}: the name must end in " + " or ".join(FORMS)
            raise CommandError(message, returncode=2)
        read, limit = FORMS[path.suffix.lower()]
        dry_run = options["dry_run"]
        try:
            questions = read(read_file(path, limit=limit), str(path), known_question)
            intake = published(questions, name=path.name, dry_run=dry_run)
        except BankError as error:
            raise refusal(error) from error
        tell(self.stdout, intake, dry_run=dry_run)
