"""Write text questions as a table for spreadsheets (.csv) or as JSON (.json).

Nothing named: every text question; speed tasks are left out and named. The columns
are described in bank/README.md. Exit status 2 and one line when it does not work.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.core.management.base import BaseCommand, CommandError

from bank.errors import BankError
from bank.exchange.archive import write_file
from bank.exchange.errors import NotExportable
from bank.exchange.records import read_records, record_of, records_bytes
from bank.exchange.table_reading import read_table
from bank.exchange.tables import table_bytes
from bank.management.transfer import (
    add_selection,
    picked,
    refusal,
    refuse_named_tasks,
)

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any

FORMS = {".csv": (table_bytes, read_table), ".json": (records_bytes, read_records)}


class Command(BaseCommand):
    """Export text questions."""

    help = "Write text questions as CSV or JSON, whichever the file's name says."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file and what goes into it."""
        add_selection(parser)

    def handle(self, *_args: object, **options: Any) -> None:  # noqa: ANN401 # as Django has it
        """Export and say what."""
        path = Path(options["path"])
        if path.suffix.lower() not in FORMS:
            message = f"{path}: the name must end in " + " or ".join(FORMS)
            raise CommandError(message, returncode=2)
        write, read = FORMS[path.suffix.lower()]
        try:
            chosen = picked(options["slugs"], options["set"])
            refuse_named_tasks(chosen, options["slugs"])
            data = write(chosen.texts)
            # A file that could not be read back is never handed out.
            if list(map(record_of, read(data, path.name, _nobody))) != list(
                map(record_of, chosen.texts)
            ):
                message = f"{path}: would not be read back as the same questions"
                raise NotExportable(message)
            write_file(path, data, overwrite=options["overwrite"])
        except BankError as error:
            raise refusal(error) from error
        for slug in chosen.tasks:
            self.stdout.write(f"left out, a speed task: {slug}")
        self.stdout.write(f"{path}: {len(chosen.texts)} questions")


def _nobody(_slug: str) -> None:
    """Know no question: the file must explain itself."""
