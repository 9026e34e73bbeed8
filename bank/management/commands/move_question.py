"""Move a stored question to another state.

    draft ──> reviewed ──> live ──> retired
          <──            (retired ──> reviewed: another look)

The move goes into the question's history with who made it and why. Exit status 2 and
one line when the question is unknown or does not go there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.management.base import BaseCommand, CommandError

from bank.definitions import State
from bank.errors import BankError
from bank.publishing import MOST_BY, MOST_REASON, question_move

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Move one question."""

    help = "Move a question: draft, reviewed, live, retired."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the question, its new state, and what the history should say."""
        parser.add_argument("slug", help="the question")
        parser.add_argument("state", help=", ".join(State))
        parser.add_argument("--by", default="", help="who decides it")
        parser.add_argument("--reason", default="", help="why")

    def handle(self, *_args: object, **options: str) -> None:
        """Move it and print one line."""
        if options["state"] not in set(State):
            message = f"state {options['state']!r}: must be one of " + ", ".join(State)
            raise CommandError(message, returncode=2)
        for name, most in (("by", MOST_BY), ("reason", MOST_REASON)):
            if len(options[name]) > most or not options[name].isprintable():
                message = f"--{name}: one line of at most {most} characters"
                raise CommandError(message, returncode=2)
        try:
            result = question_move(
                options["slug"],
                State(options["state"]),
                by=options["by"] or "move_question",
                reason=options["reason"],
            )
        except BankError as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(
            f"question {result.slug} v{result.number}: {result.old} -> {result.new}"
        )
        if result.new is not State.LIVE and result.aliases:
            self.stdout.write(
                "still live with the same rubric: " + ", ".join(result.aliases)
            )
