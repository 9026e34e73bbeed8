"""Publish what is in a bundle, all of it or nothing.

Checksums first, then the bank's own parser. A bundle never brings programs onto this
machine: a speed task in it is taken when the bank's folder holds the very same files,
else the bundle is refused, or read with --without-tasks. Exit status 2 and one line
for what is wrong.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.management.base import BaseCommand

from bank.errors import BankError
from bank.exchange.archive import MAX_ARCHIVE, read_file
from bank.exchange.bundles import read_bundle_bytes
from bank.management.transfer import add_intake, published, refusal, tell

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any


class Command(BaseCommand):
    """Import a bundle."""

    help = "Publish the questions and sets of a bundle, all of it or nothing."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the bundle."""
        add_intake(parser)
        parser.add_argument(
            "--without-tasks",
            action="store_true",
            help="leave speed tasks out, of the sets too",
        )

    def handle(self, *_args: object, **options: Any) -> None:  # noqa: ANN401 # as Django has it
        """Import and report."""
        path = Path(options["path"])
        try:
            bundle = read_bundle_bytes(
                read_file(path, limit=MAX_ARCHIVE),
                str(path),
                bank_folder=settings.BANK_FOLDER,
                without_tasks=options["without_tasks"],
            )
            intake = published(
                bundle.questions,
                bundle.sets,
                name=path.name,
                dry_run=options["dry_run"],
            )
        except BankError as error:
            raise refusal(error) from error
        self.stdout.write(f"{path}: made by {bundle.created_by!a}")
        for slug in bundle.left_out:
            self.stdout.write(f"left out, a speed task: {slug}")
        tell(self.stdout, intake, dry_run=options["dry_run"])
