"""Print what the source documents get wrong, what is right, and who says so.

In the order of the documents, out of the question folders; needs no database. With
`--markdown` it is the page `docs/errata.md`. Exit status 2 when the bank cannot be
read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bank.definitions import TextQuestion
from bank.errors import BankError
from bank.parsing import load_bank
from bank.sets import document_name
from grading.inputs import LANGUAGES

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator, Mapping, Sequence

    from bank.definitions import Erratum, SpeedQuestion

_WORDS: Final = {
    "zh": {"says": "原文", "right": "正确", "source": "依据"},
    "en": {"says": "says", "right": "right", "source": "source"},
}
_MARKUP: Final = re.compile(r"([\\`*_<>\[\]])")
_PAGE: Final = """\
# What the documents get wrong

The bank asks the sixty questions of two documents. Where a document's own answer is
wrong, or so empty that nothing in it can be wrong, the question says what the document
says, what is right, and a work that shows it; all of it in our words. Pages show the
same beside the question.

This page is made by `python manage.py list_errata --markdown > docs/errata.md`.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """One erratum with the question that holds it."""

    question: TextQuestion
    erratum: Erratum


class Command(BaseCommand):
    """List the errata."""

    help = "Print what the source documents get wrong."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the languages, the form, and another folder than the shipped one."""
        parser.add_argument("--language", default="", help="zh or en; default: both")
        parser.add_argument(
            "--markdown", action="store_true", help="as the page docs/errata.md"
        )
        parser.add_argument(
            "--folder",
            default=str(settings.BANK_FOLDER),
            help="the folder with one folder for each question",
        )

    def handle(
        self, *_args: object, language: str, markdown: bool, folder: str, **_: object
    ) -> None:
        """Print them all."""
        if language not in {"", *LANGUAGES}:
            message = f"--language {language}: must be zh or en"
            raise CommandError(message, returncode=2)
        languages = (language,) if language else ("en", "zh")
        try:
            noted = in_order(load_bank(Path(folder)))
        except BankError as error:
            raise CommandError(str(error), returncode=2) from error
        lines = as_page(noted, languages) if markdown else as_text(noted, languages)
        self.stdout.write("\n".join(lines))


def in_order(questions: Mapping[str, TextQuestion | SpeedQuestion]) -> list[Noted]:
    """Return every erratum by document and number."""
    noted = [
        Noted(question=question, erratum=erratum)
        for question in questions.values()
        if isinstance(question, TextQuestion)
        for erratum in question.errata
    ]
    return sorted(noted, key=lambda item: (item.erratum.document, item.erratum.number))


def as_text(noted: Sequence[Noted], languages: Sequence[str]) -> Iterator[str]:
    """Yield the lines for a terminal."""
    for item in noted:
        erratum = item.erratum
        yield f"{erratum.document} {erratum.number} ({item.question.slug})"
        for language in languages:
            words = _WORDS[language]
            for part, texts in (("says", erratum.says), ("right", erratum.right)):
                if language in texts:
                    yield f"  {words[part]}: {texts[language]}"
        yield f"  {_WORDS[languages[0]]['source']}: {erratum.source}"


def as_page(noted: Sequence[Noted], languages: Sequence[str]) -> Iterator[str]:
    """Yield the lines of a Markdown page."""
    yield _PAGE.rstrip("\n")
    place: tuple[str, int] | None = None
    for item in noted:
        erratum = item.erratum
        if place is None or place[0] != erratum.document:
            yield ""
            yield f"## {_plain(_in(document_name(erratum.document), languages))}"
            yield ""
            yield f"`{erratum.document}`"
        if place != (erratum.document, erratum.number):
            yield ""
            title = _plain(_in(item.question.title, languages))
            yield f"### {erratum.number}. {title}"
        place = (erratum.document, erratum.number)
        for language in languages:
            if language not in erratum.says or language not in erratum.right:
                continue
            words = _WORDS[language]
            yield ""
            yield f"- *{words['says']}*: {_plain(erratum.says[language])}"
            yield f"- *{words['right']}*: {_plain(erratum.right[language])}"
        yield ""
        yield f"{_WORDS[languages[0]]['source'].capitalize()}: {_plain(erratum.source)}"


def _in(texts: Mapping[str, str], languages: Sequence[str]) -> str:
    return " · ".join(texts[language] for language in languages if language in texts)


def _plain(text: str) -> str:
    """Return text that Markdown shows as it stands."""
    return _MARKUP.sub(r"\\\1", text)
