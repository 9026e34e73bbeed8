"""Write a set, or the questions of a document, as one Markdown document.

The shape is the one that import_document reads. One language, the key points'
statements; further phrasings, weights, misconceptions and the rest are not in it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.core.management.base import BaseCommand, CommandError

from bank.bodies import kind_of, text_question_of
from bank.definitions import Kind, State
from bank.errors import BankError, UnknownQuestion, UnknownSet
from bank.exchange.archive import write_file
from bank.exchange.markdown import Numbered, document_text, languages_of
from bank.management.transfer import refusal
from bank.models import QuestionSource
from bank.selectors import (
    current_version,
    question_by_source,
    set_by_slug,
    set_items,
)
from grading.inputs import LANGUAGES

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterable
    from typing import Any

    from bank.models import Question


class Command(BaseCommand):
    """Export a Markdown document."""

    help = "Write a set or a document's questions as Markdown that is read back."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the set or document, the file, and the language."""
        parser.add_argument("name", help="a set, or a document's base name")
        parser.add_argument("path", help="the file to write")
        parser.add_argument(
            "--language", default="", help="zh or en; the first that all are in"
        )
        parser.add_argument(
            "--overwrite", action="store_true", help="replace a file that is there"
        )

    def handle(self, *_args: object, **options: Any) -> None:  # noqa: ANN401 # as Django has it
        """Export and say what was left out."""
        path, language = Path(options["path"]), options["language"]
        if language and language not in LANGUAGES:
            message = f"--language {language}: must be one of " + ", ".join(LANGUAGES)
            raise CommandError(message, returncode=2)
        try:
            heading, rows = _rows(options["name"])
            texts, tasks = _texts(rows)
            language = language or next(iter(languages_of(texts)), LANGUAGES[0])
            text = document_text(
                texts,
                heading=heading.get(language) or options["name"],
                language=language,
            )
            write_file(path, text.encode(), overwrite=options["overwrite"])
        except BankError as error:
            raise refusal(error) from error
        for slug in tasks:
            self.stdout.write(f"left out, a speed task: {slug}")
        points = sum(len(one.question.rubric.key_points) for one in texts)
        self.stdout.write(
            f"{path}: {len(texts)} questions, {points} key points, language {language}"
        )


def _rows(name: str) -> tuple[dict[str, str], list[tuple[int, Question]]]:
    """Return a heading and the numbered questions of a set, else of a document."""
    try:
        row = set_by_slug(name)
    except UnknownSet:
        numbers = sorted(
            set(
                QuestionSource.objects.filter(document=name).values_list(
                    "number", flat=True
                )
            )
        )
        if not numbers:
            message = f"no set and no document {name!r}"
            raise UnknownSet(message) from None
        return {}, [(number, question_by_source(name, number)) for number in numbers]
    items = [item.question for item in set_items(row.pk)]
    # A document without gaps: only what will stand in it is counted.
    items.sort(key=lambda question: question.kind != Kind.TEXT)
    return row.name, list(enumerate(items, start=1))


def _texts(
    rows: Iterable[tuple[int, Question]],
) -> tuple[list[Numbered], list[str]]:
    """Return the text questions with their numbers, and the slugs of the tasks."""
    texts, tasks = [], []
    for number, row in rows:
        body = current_version(row).body
        if kind_of(body) is Kind.TEXT:
            question = text_question_of(body, slug=row.slug, state=State(row.state))
            texts.append(Numbered(number=number, question=question))
        else:
            tasks.append(row.slug)
    if not texts:
        message = "no text question among them"
        raise UnknownQuestion(message)
    return texts, tasks
