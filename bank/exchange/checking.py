"""Say whether values that came in are a question that the bank would have written.

A question of the bank is written as its folder and read by the parser of folders, so
there is one set of rules. A question that a document gave (topic `imported`) follows
the document reader's limits instead: one language, any number of points, no review.
"""

from __future__ import annotations

import dataclasses
import math
import re
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bank.bodies import body_of
from bank.documents import (
    IMPORTED_TOPIC,
    MAX_HEADING,
    MAX_LINE,
    MAX_POINTS,
    MAX_TEXT,
)
from bank.errors import QuestionFormatError
from bank.exchange.errors import NotExportable
from bank.exchange.question_yaml import alias_yaml, question_yaml
from bank.parsing import QUESTION_FILE, parse_question
from grading.inputs import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import TypeAlias

    from bank.definitions import TextQuestion
    from bank.exchange.question_yaml import Place, Written

    Known: TypeAlias = Callable[[str], TextQuestion | None]

MAX_SLUG: Final = 100  # as long as the column
MOST_NUMBER: Final = 9_999  # of a question in its document
MOST_MINUTES: Final = 120
MOST_DIFFICULTY: Final = 5
_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What keeps a question out, and where it stands in its `question.yaml`."""

    place: Place
    reason: str


def is_slug(text: str) -> bool:
    """Say whether a text may be a question's name."""
    return len(text) <= MAX_SLUG and _SLUG.fullmatch(text) is not None


def fault_of(question: TextQuestion, known: Known) -> Fault | None:
    """Return the first thing that breaks the bank's rules, if anything does.

    `known` gives an alias's question with the rubric, from the same file or the bank.
    """
    if not is_slug(question.slug):
        return Fault(place=(), reason=f"{question.slug!r} is not a slug")
    if question.topic == IMPORTED_TOPIC:
        return next(_imported_faults(question), None)
    if question.explanation is not None:
        reason = f"only questions of the topic {IMPORTED_TOPIC} have an explanation"
        return Fault(place=("explanation",), reason=reason)
    canonical = None
    if question.alias_of:
        canonical = known(question.alias_of)
        if canonical is None:
            reason = (
                f"there is no question {question.alias_of!r} to share a rubric with"
            )
            return Fault(place=("alias_of",), reason=reason)
        if canonical.alias_of or canonical.topic == IMPORTED_TOPIC:
            reason = f"{question.alias_of!r} has no reviewed rubric of its own"
            return Fault(place=("alias_of",), reason=reason)
    return _parsed_fault(question, canonical)


def _parsed_fault(
    question: TextQuestion, canonical: TextQuestion | None
) -> Fault | None:
    try:
        written = question_yaml(question) if canonical is None else alias_yaml(question)
        beside = None if canonical is None else question_yaml(canonical)
    except NotExportable as error:
        return Fault(place=("key_points",), reason=str(error))
    with tempfile.TemporaryDirectory(prefix="inferview-check-") as name:
        root = Path(name)
        if canonical is not None and beside is not None:
            _write(root / canonical.slug, beside)
        _write(root / question.slug, written)
        try:
            read = parse_question(root / question.slug)
        except QuestionFormatError as error:
            own = Path(error.path).parent.name == question.slug
            if not own:
                reason = f"its rubric in {question.alias_of!r}: {error.reason}"
                return Fault(place=("alias_of",), reason=reason)
            return Fault(place=written.place(error.line), reason=error.reason)
    if body_of(read) == body_of(question):
        return None
    if canonical is not None:
        reason = f"its rubric is not the one of {question.alias_of!r}"
        return Fault(place=("alias_of",), reason=reason)
    return Fault(place=_first_difference(question, read), reason=_NOT_CLEAN)


_NOT_CLEAN: Final = (
    "the text would be read otherwise: outer white space, or characters that are not "
    "in Unicode's normal form C"
)


def _write(folder: Path, written: Written) -> None:
    folder.mkdir()
    (folder / QUESTION_FILE).write_text(written.text, encoding="utf-8")


def _first_difference(question: TextQuestion, read: object) -> Place:
    for part in dataclasses.fields(question):
        if getattr(question, part.name) != getattr(read, part.name, None):
            return (part.name,)
    return ()


def as_alias(alias: TextQuestion, canonical: TextQuestion) -> TextQuestion:
    """Return an alias with the rubric that its question has now."""
    return dataclasses.replace(
        canonical,
        slug=alias.slug,
        state=alias.state,
        alias_of=canonical.slug,
        title=alias.title,
        rubric=dataclasses.replace(canonical.rubric, prompt=alias.rubric.prompt),
        sources=alias.sources,
        errata=alias.errata,
        review=alias.review,
    )


def shares_rubric(alias: TextQuestion, canonical: TextQuestion) -> bool:
    """Say whether an alias is exactly its question in other words."""
    return body_of(as_alias(alias, canonical)) == body_of(alias)


# -- what a document gave -------------------------------------------------------------


def _imported_faults(question: TextQuestion) -> Iterator[Fault]:
    yield from _fact_faults(question)
    yield from _texts(question.title, ("title",), MAX_HEADING)
    yield from _texts(question.rubric.prompt, ("prompt",), MAX_TEXT, lines=True)
    points = question.rubric.key_points
    if not 0 < len(points) <= MAX_POINTS:
        reason = f"{len(points)} key points; 1 to {MAX_POINTS} are possible"
        yield Fault(place=("key_points",), reason=reason)
    seen: set[str] = set()
    for number, point in enumerate(points):
        place: Place = ("key_points", number)
        if not is_slug(point.id) or point.id in seen:
            reason = f"{point.id!r} is not a slug, or is here twice"
            yield Fault(place=(*place, "id"), reason=reason)
        seen.add(point.id)
        if not 0 < point.weight < math.inf:
            reason = "a weight is a number above 0"
            yield Fault(place=(*place, "weight"), reason=reason)
        yield from _lists(point.phrasings, place)
        if point.opposites:
            yield from _texts(point.opposites, (*place, "opposite"), MAX_LINE)
    for number, wrong in enumerate(question.rubric.misconceptions):
        yield from _lists(wrong.phrasings, ("misconceptions", number))
    if question.explanation is not None:
        place = ("explanation",)
        yield from _texts(question.explanation, place, MAX_TEXT, lines=True)


def _fact_faults(question: TextQuestion) -> Iterator[Fault]:
    if question.alias_of:
        yield Fault(place=("alias_of",), reason="an imported question is no alias")
    if not 1 <= question.difficulty <= MOST_DIFFICULTY:
        reason = f"a difficulty is 1 to {MOST_DIFFICULTY}"
        yield Fault(place=("difficulty",), reason=reason)
    if not 1 <= question.minutes <= MOST_MINUTES:
        yield Fault(place=("minutes",), reason=f"minutes are 1 to {MOST_MINUTES}")
    for number, source in enumerate(question.sources):
        if not 1 <= source.number <= MOST_NUMBER or not 0 < len(source.document) <= 200:  # noqa: PLR2004 # as long as the column
            reason = "a source is a document's base name and a number above 0"
            yield Fault(place=("sources", number), reason=reason)
    if len(set(question.sources)) != len(question.sources):
        yield Fault(place=("sources",), reason="the same source twice")


def _texts(
    texts: Mapping[str, str], place: Place, most: int, *, lines: bool = False
) -> Iterator[Fault]:
    if not texts or not set(texts) <= set(LANGUAGES):
        yield Fault(place=place, reason="a text in at least one of zh, en and no other")
    for language, text in texts.items():
        reason = _unfit(text, most, lines=lines)
        if reason:
            yield Fault(place=(*place, language), reason=reason)


def _lists(lists: Mapping[str, tuple[str, ...]], place: Place) -> Iterator[Fault]:
    if not lists or not set(lists) <= set(LANGUAGES) or not all(lists.values()):
        yield Fault(place=place, reason="a text in at least one of zh, en and no other")
    for language, texts in lists.items():
        for number, text in enumerate(texts):
            reason = _unfit(text, 2 * MAX_LINE)
            if reason:
                yield Fault(place=(*place, language, number), reason=reason)


def _unfit(text: str, most: int, *, lines: bool = False) -> str:
    if not text.strip():
        return "the text is empty"
    if len(text) > most:
        return f"{len(text)} characters, {most} are allowed"
    allowed = "\n\t" if lines else "\t"
    for character in text:
        if character not in allowed and unicodedata.category(character) in {
            "Cc",
            "Cf",
            "Cs",
        }:
            return f"holds the control character {character!a}"
    return ""
