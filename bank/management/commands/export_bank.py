"""Write questions and sets into one bundle: a zip with checksums.

Nothing named: everything. What goes out is what the database asks now; a speed task's
files come from its folder, which must be the published one. The same bank gives the
same bytes. Exit status 2 and one line when a question cannot be taken out.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.management.base import BaseCommand

from bank.errors import BankError
from bank.exchange.archive import write_file
from bank.exchange.bundles import bundle_bytes
from bank.management.transfer import add_selection, picked, program_version, refusal

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any


class Command(BaseCommand):
    """Export a bundle."""

    help = "Write questions, speed tasks and sets into one zip with checksums."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file and what goes into it."""
        add_selection(parser)

    def handle(self, *_args: object, **options: Any) -> None:  # noqa: ANN401 # as Django has it
        """Export and say what."""
        path = Path(options["path"])
        try:
            chosen = picked(options["slugs"], options["set"])
            data = bundle_bytes(
                chosen.questions,
                sets=chosen.sets,
                created_by=program_version(),
                bank_folder=settings.BANK_FOLDER,
            )
            write_file(path, data, overwrite=options["overwrite"])
        except BankError as error:
            raise refusal(error) from error
        self.stdout.write(
            f"{path}: {len(chosen.questions)} questions, {len(chosen.tasks)} of them "
            f"speed tasks; {len(chosen.sets)} sets"
        )
