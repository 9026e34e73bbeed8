"""A text question to the text of its `question.yaml`, and what each line holds.

The way back is `bank.parsing`: what it reads from this text is the same question.
Lines know their place (`("key_points", 0, "zh", 2)`), so a fault that the parser
finds in a line can be told as one of a cell or of a JSON value.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from bank.exchange.errors import NotExportable
from bank.parsing import SCHEMA
from grading.inputs import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bank.definitions import Erratum, Source, TextQuestion
    from grading.inputs import Contrast

Place: TypeAlias = tuple[str | int, ...]

_DECIMALS: Final = 9  # that the format reads of a number
# Texts that YAML takes as they are; the others are quoted.
_PLAIN: Final = re.compile(r"[A-Za-z0-9\u3400-\u9fff](?:.*\S)?")
_MEANING: Final = re.compile(r": | #|:$|[\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff]")
_ESCAPED: Final = re.compile("[\x7f-\xa0\u2028\u2029\ufeff]")
_BREAKS: Final = re.compile("[\t\r\x7f-\xa0\u2028\u2029\ufeff]| \n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One question's file."""

    text: str
    places: tuple[Place, ...]  # of each line

    def place(self, line: int) -> Place:
        """Return what stands in a line, counted from 1."""
        return self.places[min(max(line, 1), len(self.places)) - 1]


def question_yaml(question: TextQuestion) -> Written:
    """Return the file of a question with its own rubric, or with an alias's whole.

    Raises: `NotExportable` for a weight that the format cannot write.
    """
    page = _Page()
    page.head(question)
    page.add(0, f"topic: {_scalar(question.topic)}", ("topic",))
    page.add(0, f"difficulty: {question.difficulty}", ("difficulty",))
    page.add(0, f"minutes: {question.minutes}", ("minutes",))
    page.sources(question.sources)
    if question.related:
        listed = ", ".join(map(_quoted_unless_slug, question.related))
        page.add(0, f"related: [{listed}]", ("related",))
    page.texts(0, question.title, ("title",))
    page.texts(0, question.rubric.prompt, ("prompt",))
    if question.competency is not None:
        page.texts(0, question.competency, ("competency",))
    _rubric(page, question)
    page.errata(question.errata)
    if question.follow_ups is not None:
        page.add(0, "follow_ups:", ("follow_ups",))
        page.lists(1, question.follow_ups, ("follow_ups",))
    if question.reading:
        page.add(0, "reading:", ("reading",))
        for number, work in enumerate(question.reading):
            place: Place = ("reading", number)
            page.add(1, f"- title: {_scalar(work.title)}", (*place, "title"))
            page.add(2, f"authors: {_scalar(work.authors)}", (*place, "authors"))
            page.add(2, f"year: {work.year}", (*place, "year"))
    return page.written()


def alias_yaml(question: TextQuestion) -> Written:
    """Return the file of an alias, which names the question with the rubric."""
    page = _Page()
    page.head(question)
    page.add(0, f"alias_of: {_scalar(question.alias_of)}", ("alias_of",))
    page.sources(question.sources)
    page.texts(0, question.title, ("title",))
    page.texts(0, question.rubric.prompt, ("prompt",))
    page.errata(question.errata)
    return page.written()


def _rubric(page: _Page, question: TextQuestion) -> None:
    empty = "" if question.rubric.key_points else " []"
    page.add(0, f"key_points:{empty}", ("key_points",))
    for number, point in enumerate(question.rubric.key_points):
        place: Place = ("key_points", number)
        page.add(1, f"- id: {_scalar(point.id)}", (*place, "id"))
        weight = _decimal(point.weight, question.slug)
        page.add(2, f"weight: {weight}", (*place, "weight"))
        page.lists(2, point.phrasings, place)
        if point.opposites:
            page.texts(2, point.opposites, (*place, "opposite"))
    if question.rubric.misconceptions:
        page.add(0, "misconceptions:", ("misconceptions",))
        for number, wrong in enumerate(question.rubric.misconceptions):
            place = ("misconceptions", number)
            page.add(1, f"- id: {_scalar(wrong.id)}", (*place, "id"))
            page.lists(2, wrong.phrasings, place)
    if question.rubric.contrasts:
        page.add(0, "contrasts:", ("contrasts",))
        for number, contrast in enumerate(question.rubric.contrasts):
            _contrast(page, contrast, ("contrasts", number))


def _contrast(page: _Page, contrast: Contrast, place: Place) -> None:
    mark = "- "
    for language in LANGUAGES:
        if language in contrast.pairs:
            pairs = ", ".join(
                f"[{_quoted(subject)}, {_quoted(belongs)}]"
                for subject, belongs in contrast.pairs[language]
            )
            page.add(1, f"{mark}{language}: [{pairs}]", (*place, language))
            mark = "  "


@dataclass(slots=True)
class _Page:
    """The lines so far."""

    _lines: list[str] = field(default_factory=list)
    _places: list[Place] = field(default_factory=list)

    def add(self, depth: int, line: str, place: Place) -> None:
        """Write one line."""
        self._lines.append("  " * depth + line if line else "")
        self._places.append(place)

    def written(self) -> Written:
        """Return all of it."""
        return Written(text="\n".join(self._lines) + "\n", places=tuple(self._places))

    def head(self, question: TextQuestion) -> None:
        """Write what every file begins with."""
        self.add(0, f"schema: {SCHEMA}", ("schema",))
        self.add(0, "kind: text", ("kind",))
        self.add(0, f"state: {question.state}", ("state",))
        if question.review is not None:
            self.add(0, "review:", ("review",))
            self.add(1, f"by: {_scalar(question.review.by)}", ("review", "by"))
            self.add(1, f"on: {question.review.on.isoformat()}", ("review", "on"))

    def sources(self, sources: Sequence[Source]) -> None:
        """Write where documents ask the question."""
        if sources:
            self.add(0, "sources:", ("sources",))
        for number, source in enumerate(sources):
            document = _quoted_unless_slug(source.document)
            line = f"- {{document: {document}, number: {source.number}}}"
            self.add(1, line, ("sources", number))

    def errata(self, errata: Sequence[Erratum]) -> None:
        """Write what documents get wrong."""
        if errata:
            self.add(0, "errata:", ("errata",))
        for number, erratum in enumerate(errata):
            place: Place = ("errata", number)
            document = _scalar(erratum.document)
            self.add(1, f"- document: {document}", (*place, "document"))
            self.add(2, f"number: {erratum.number}", (*place, "number"))
            self.texts(2, erratum.says, (*place, "says"))
            self.texts(2, erratum.right, (*place, "right"))
            self.add(2, f"source: {_scalar(erratum.source)}", (*place, "source"))

    def texts(self, depth: int, texts: Mapping[str, str], place: Place) -> None:
        """Write one text for each language under the place's last name."""
        self.add(depth, f"{place[-1]}:", place)
        for language, text in texts.items():
            inner: Place = (*place, language)
            if "\n" in text and not _BREAKS.search(text):
                self.add(depth + 1, f"{language}: |", inner)
                for line in text.split("\n"):
                    self.add(depth + 2, line, inner)
            else:
                self.add(depth + 1, f"{language}: {_scalar(text)}", inner)

    def lists(
        self, depth: int, lists: Mapping[str, Sequence[str]], place: Place
    ) -> None:
        """Write one list for each language."""
        for language, texts in lists.items():
            empty = "" if texts else " []"
            self.add(depth, f"{language}:{empty}", (*place, language))
            for number, text in enumerate(texts):
                self.add(depth + 1, f"- {_scalar(text)}", (*place, language, number))


def _scalar(text: str) -> str:
    """Return a text as YAML writes it in a line of its own."""
    if _PLAIN.fullmatch(text) and not _MEANING.search(text):
        return text
    return _quoted(text)


def _quoted(text: str) -> str:
    written = json.dumps(text, ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", written)


def _quoted_unless_slug(text: str) -> str:
    """Return a text as YAML writes it between commas and brackets."""
    return text if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", text) else _quoted(text)


def _decimal(value: float, slug: str) -> str:
    text = f"{value:.{_DECIMALS}f}".rstrip("0").rstrip(".")
    if float(text) != value:
        message = f"{slug}: the weight {value!r} has more than {_DECIMALS} decimals"
        raise NotExportable(message)
    return text
