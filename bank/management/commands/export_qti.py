"""Write text questions as a QTI 3.0 package and report what QTI cannot say.

One item for each question and language. What an item has no place for travels in the
package's folder `inferview/`, which import_qti reads; other systems do not see it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.core.management.base import BaseCommand

from bank.errors import BankError
from bank.exchange.archive import write_file
from bank.exchange.qti import Fate, Loss, export_package
from bank.management.transfer import (
    add_selection,
    picked,
    program_version,
    refusal,
    refuse_named_tasks,
)

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any


class Command(BaseCommand):
    """Export a QTI package."""

    help = "Write text questions as a QTI 3.0 package; prints what it cannot carry."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file and what goes into it."""
        add_selection(parser)

    def handle(self, *_args: object, **options: Any) -> None:  # noqa: ANN401 # as Django has it
        """Export and report."""
        path = Path(options["path"])
        try:
            chosen = picked(options["slugs"], options["set"])
            refuse_named_tasks(chosen, options["slugs"])
            export = export_package(chosen.texts, created_by=program_version())
            write_file(path, export.data, overwrite=options["overwrite"])
        except BankError as error:
            raise refusal(error) from error
        self.stdout.write(
            f"{path}: {len(chosen.texts)} questions, {export.items} items"
        )
        losses = list(export.losses)
        losses += [
            Loss(fate=Fate.LOST, where=slug, what="a speed task")
            for slug in chosen.tasks
        ]
        losses += [
            Loss(fate=Fate.LOST, where=one.slug, what="a set, its name and order")
            for one in chosen.sets
        ]
        for loss in losses:
            self.stdout.write(str(loss))
