"""Print what two published versions of a question differ in.

Versions are numbers, `2` or `v2`; without them the last two are compared. Exit status
2 and one line when the question or a version is unknown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.core.management.base import BaseCommand, CommandError

from bank.differences import differences, unified
from bank.errors import BankError
from bank.selectors import question_by_slug, version_by_number, versions

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from bank.models import Question, QuestionVersion

_NUMBER = re.compile(r"[vV]?(\d{1,6})", re.ASCII)


class Command(BaseCommand):
    """Compare two versions of one question."""

    help = "Print what two versions of a question differ in."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the question and two of its versions."""
        parser.add_argument("slug", help="the question")
        parser.add_argument("before", nargs="?", default="", help="a version, as 1")
        parser.add_argument("after", nargs="?", default="", help="another, as 2")

    def handle(self, *_args: object, **options: str) -> None:
        """Print one block of lines for each difference."""
        if options["before"] and not options["after"]:
            message = "name two versions, or none for the last two"
            raise CommandError(message, returncode=2)
        try:
            question = question_by_slug(options["slug"])
            pair = _pair(question, options["before"], options["after"])
        except BankError as error:
            raise CommandError(str(error), returncode=2) from error
        write = self.stdout.write
        if pair is None:
            write(f"{question.slug}: there are no two versions to compare")
            return
        before, after = pair
        write(f"{question.slug}: v{before.number} -> v{after.number}")
        found = differences(before.body, after.body)
        if not found:
            write("no difference")
        for difference in found:
            write("")
            for line in unified(difference):
                write(line)


def _pair(
    question: Question, before: str, after: str
) -> tuple[QuestionVersion, QuestionVersion] | None:
    if before:
        return _version(question, before), _version(question, after)
    last = list(versions(question))[-2:]
    return (last[0], last[1]) if len(last) > 1 else None


def _version(question: Question, written: str) -> QuestionVersion:
    found = _NUMBER.fullmatch(written)
    if found is None:
        message = f"{written!r} is no version; write 2 or v2"
        raise CommandError(message, returncode=2)
    return version_by_number(question, int(found[1]))
