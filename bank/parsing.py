"""Question folders to values, with file, line and reason for what breaks the format.

The format is described field by field in `docs/questions.md`. Pure: reads files,
knows no database. `python -m bank.parsing FOLDER...` checks folders one by one.
"""

from __future__ import annotations

import dataclasses
import re
import sys
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from bank.definitions import (
    TOPICS,
    Erratum,
    Kind,
    Reading,
    Review,
    Source,
    State,
    TextQuestion,
)
from bank.errors import QuestionFormatError, UnknownQuestion
from bank.marked_yaml import Mapping, Node, Sequence, read_yaml
from bank.tasks import parse_task
from grading.inputs import LANGUAGES, Contrast, KeyPoint, Misconception, Rubric

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from collections.abc import Mapping as ReadOnly

    from bank.definitions import SpeedQuestion

    Question = TextQuestion | SpeedQuestion

QUESTION_FILE: Final = "question.yaml"
SCHEMA: Final = 1
MAX_TEXT: Final = 4_000  # characters of one text
MAX_SLUG: Final = 80

# What a question must hold before anybody is asked it; a draft may have less.
FEWEST_POINTS: Final = 6
MOST_POINTS: Final = 9
FEWEST_POINT_PHRASINGS: Final = 4  # the statement and three more
FEWEST_MISCONCEPTIONS: Final = 4
FEWEST_MISCONCEPTION_PHRASINGS: Final = 2
_FINISHED: Final = frozenset({State.REVIEWED, State.LIVE})
# An alias is never further along than the question that it repeats.
_PROGRESS: Final = (State.DRAFT, State.REVIEWED, State.LIVE)

_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DOCUMENT: Final = re.compile(r"[^/\\\0]{1,200}")
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_HAN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")

_SHARED_KEYS: Final = (
    "schema",
    "kind",
    "state",
    "review",
    "sources",
    "title",
    "prompt",
)
_KEYS: Final = (
    *_SHARED_KEYS,
    "topic",
    "difficulty",
    "minutes",
    "related",
    "competency",
    "key_points",
    "misconceptions",
    "contrasts",
    "errata",
    "follow_ups",
    "reading",
)
_ALIAS_KEYS: Final = (*_SHARED_KEYS, "alias_of", "errata")

_E = TypeVar("_E", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """A question that a document asks again: own words, another one's rubric."""

    slug: str
    state: State
    alias_of: str
    alias_node: Node  # where the folder names its canonical question
    title: ReadOnly[str, str]
    prompt: ReadOnly[str, str]
    sources: tuple[Source, ...]
    errata: tuple[Erratum, ...]
    review: Review | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BankReading:
    """Everything under one folder: what can be asked, and what is broken."""

    questions: ReadOnly[str, Question]  # by slug, in its order
    faults: tuple[QuestionFormatError, ...]  # the first of each broken folder


def load_bank(root: Path) -> dict[str, Question]:
    """Read every question folder under `root`, aliases resolved, sorted by slug.

    Raises: `QuestionFormatError` for the first fault, be it in one folder or
        between folders (an alias of nothing, one source claimed twice).
    """
    reading = read_bank(root)
    for fault in reading.faults:
        raise fault
    return dict(reading.questions)


def read_bank(root: Path) -> BankReading:
    """Read every question folder under `root` and go on behind a broken one.

    A folder that is whole but names a broken one as the question that it repeats is
    in neither list: the fault is not its own.

    Raises: `QuestionFormatError` when `root` is no folder.
    """
    if not root.is_dir():
        raise QuestionFormatError(str(root), 1, "is not a folder")
    read: dict[str, Question | Alias] = {}
    broken: dict[str, QuestionFormatError] = {}
    for folder in sorted(root.iterdir()):
        if not folder.is_dir() or folder.name.startswith((".", "_")):
            continue
        try:
            read[folder.name] = _read_folder(folder)
        except QuestionFormatError as fault:
            broken[folder.name] = fault
    between: list[QuestionFormatError] = []
    questions: dict[str, Question] = {}
    for slug, found in read.items():
        if not isinstance(found, Alias):
            questions[slug] = found
        elif found.alias_of not in broken:
            try:
                questions[slug] = _resolved(found, read.get)
            except QuestionFormatError as fault:
                between.append(fault)
    between += _shared_sources(root, questions)
    if not broken and not between:
        # A folder that is missing here would make errata about its places look wrong.
        between += _misplaced_errata(root, questions)
    return BankReading(
        questions=questions,
        faults=(*broken.values(), *sorted(between, key=lambda fault: fault.path)),
    )


def parse_question(folder: Path) -> Question:
    """Read one question folder; an alias is resolved from its sibling folder.

    Raises: `QuestionFormatError`.
    """
    folder = folder.resolve()
    found = _read_folder(folder)
    if not isinstance(found, Alias):
        return found

    def sibling(slug: str) -> Question | Alias | None:
        beside = folder.parent / slug
        return _read_folder(beside) if beside.is_dir() else None

    return _resolved(found, sibling)


def find_by_source(
    questions: ReadOnly[str, Question], document: str, number: int
) -> Question:
    """Return the question that `document` asks as its `number`.

    A text question comes before a task that practises the same subject.

    Raises: `UnknownQuestion`.
    """
    wanted = Source(document=document, number=number)
    found = [question for question in questions.values() if wanted in question.sources]
    if not found:
        message = f"no question from {document}, number {number}"
        raise UnknownQuestion(message)
    return next((q for q in found if isinstance(q, TextQuestion)), found[0])


def _read_folder(folder: Path) -> Question | Alias:
    top = read_yaml(folder / QUESTION_FILE)
    if not _SLUG.fullmatch(folder.name) or len(folder.name) > MAX_SLUG:
        top.refuse(
            f"the folder's name {folder.name!r} is not a slug (lower-case-words)"
        )
    if _member(top["kind"], Kind, "kind") is Kind.SPEED:
        return parse_task(folder)
    top["schema"].whole("schema", low=SCHEMA, high=SCHEMA)
    if top.get("alias_of") is not None:
        return _alias(folder.name, top)
    return _text_question(folder.name, top)


def _alias(slug: str, top: Mapping) -> Alias:
    top.only(_ALIAS_KEYS, "an alias")
    node = top["alias_of"]
    canonical = _slug(node, "alias_of")
    if canonical == slug:
        node.refuse("a question cannot be an alias of itself")
    state = _member(top["state"], State, "state")
    finished = state in _FINISHED
    top["sources"].sequence("sources")
    return Alias(
        slug=slug,
        state=state,
        alias_of=canonical,
        alias_node=node,
        title=_by_language(top["title"], "title", finished=finished),
        prompt=_by_language(top["prompt"], "prompt", finished=finished, lines=True),
        sources=_sources(top),
        errata=_errata(top, finished=finished),
        review=_review(top),
    )


def _resolved(
    alias: Alias, found: Callable[[str], Question | Alias | None]
) -> TextQuestion:
    """Return the alias as a whole question: its own words, the shared rubric."""
    canonical = found(alias.alias_of)
    if canonical is None:
        alias.alias_node.refuse(f"there is no question {alias.alias_of!r}")
    if not isinstance(canonical, TextQuestion) or canonical.alias_of:
        alias.alias_node.refuse(
            f"{alias.alias_of!r} is not a text question with its own rubric"
        )
    if alias.state in _PROGRESS and (
        canonical.state not in _PROGRESS
        or _PROGRESS.index(alias.state) > _PROGRESS.index(canonical.state)
    ):
        alias.alias_node.refuse(
            f"the alias is {alias.state}, but {canonical.slug!r} is {canonical.state}"
        )
    return dataclasses.replace(
        canonical,
        slug=alias.slug,
        state=alias.state,
        alias_of=canonical.slug,
        title=alias.title,
        rubric=dataclasses.replace(canonical.rubric, prompt=alias.prompt),
        sources=alias.sources,
        errata=alias.errata,
        review=alias.review,
    )


def _text_question(slug: str, top: Mapping) -> TextQuestion:
    top.only(_KEYS, "a text question")
    state = _member(top["state"], State, "state")
    finished = state in _FINISHED
    topic = top["topic"].text("topic")
    if topic not in TOPICS:
        top["topic"].refuse(f"unknown topic {topic!r}; known: " + ", ".join(TOPICS))
    competency = top["competency"] if finished else top.get("competency")
    follow_ups = top.get("follow_ups")
    return TextQuestion(
        slug=slug,
        state=state,
        topic=topic,
        difficulty=top["difficulty"].whole("difficulty", low=1, high=5),
        minutes=top["minutes"].whole("minutes", low=1, high=120),
        title=_by_language(top["title"], "title", finished=finished),
        rubric=Rubric(
            prompt=_by_language(top["prompt"], "prompt", finished=finished, lines=True),
            key_points=_key_points(top, finished=finished),
            misconceptions=_misconceptions(top, finished=finished),
            contrasts=_contrasts(top, finished=finished),
        ),
        sources=_sources(top),
        related=_related(slug, top),
        competency=None
        if competency is None
        else _by_language(competency, "competency", finished=finished),
        errata=_errata(top, finished=finished),
        follow_ups=None
        if follow_ups is None
        else _lists_by_language(follow_ups, "follow_ups", fewest=1, finished=finished),
        reading=_reading(top),
        review=_review(top),
    )


def _key_points(top: Mapping, *, finished: bool) -> tuple[KeyPoint, ...]:
    node = top["key_points"].sequence("key_points")
    if not node.items:
        node.refuse("a question needs key points")
    if finished and not FEWEST_POINTS <= len(node.items) <= MOST_POINTS:
        node.refuse(
            f"a finished question has {FEWEST_POINTS} to {MOST_POINTS} key points, "
            f"this one has {len(node.items)}"
        )
    fewest = FEWEST_POINT_PHRASINGS if finished else 1
    points = []
    said = _Said()
    for item in _identified(node, "key point"):
        what = f"key point {item['id'].text('id')!r}"
        item.only(("id", "weight", *LANGUAGES, "opposite"), what)
        phrasings = _lists_by_language(
            item, what, fewest=fewest, finished=finished, said=said
        )
        opposite = item["opposite"] if finished else item.get("opposite")
        opposites = (
            _by_language(opposite, f"{what}, opposite", finished=finished)
            if opposite is not None
            else {}
        )
        for language, text in opposites.items():
            if opposite is not None and _folded(text) in map(
                _folded, phrasings.get(language, ())
            ):
                opposite.refuse(f"{what}, opposite.{language}: the same as a phrasing")
        points.append(
            KeyPoint(
                id=item["id"].text("id"),
                weight=item["weight"].positive(f"{what}, weight"),
                phrasings=phrasings,
                opposites=opposites,
            )
        )
    return tuple(points)


def _misconceptions(top: Mapping, *, finished: bool) -> tuple[Misconception, ...]:
    found = top["misconceptions"] if finished else top.get("misconceptions")
    if found is None:
        return ()
    node = found.sequence("misconceptions")
    if finished and len(node.items) < FEWEST_MISCONCEPTIONS:
        node.refuse(
            f"a finished question has at least {FEWEST_MISCONCEPTIONS} "
            f"misconceptions, this one has {len(node.items)}"
        )
    fewest = FEWEST_MISCONCEPTION_PHRASINGS if finished else 1
    wrong = []
    said = _Said()
    for item in _identified(node, "misconception"):
        what = f"misconception {item['id'].text('id')!r}"
        item.only(("id", *LANGUAGES), what)
        phrasings = _lists_by_language(
            item, what, fewest=fewest, finished=finished, said=said
        )
        wrong.append(Misconception(id=item["id"].text("id"), phrasings=phrasings))
    return tuple(wrong)


def _identified(node: Sequence, what: str) -> list[Mapping]:
    """Return the items as mappings whose `id` is a slug that no other one has."""
    items: list[Mapping] = []
    seen: dict[str, int] = {}
    for found in node:
        item = found.mapping(f"a {what}")
        name = _slug(item["id"], f"the id of a {what}")
        if name in seen:
            item["id"].refuse(f"the id {name!r} is here twice, first in {seen[name]}")
        seen[name] = item["id"].line
        items.append(item)
    return items


def _contrasts(top: Mapping, *, finished: bool) -> tuple[Contrast, ...]:
    found = top.get("contrasts")
    if found is None:
        return ()
    contrasts = []
    for item in found.sequence("contrasts"):
        mapping = item.mapping("a contrast")
        _check_languages(mapping, "a contrast", finished=finished)
        contrasts.append(
            Contrast(
                pairs={
                    language: _pairs(node, f"contrast, {language}")
                    for language, node in mapping.values.items()
                }
            )
        )
    return tuple(contrasts)


def _pairs(node: Node, what: str) -> tuple[tuple[str, str], tuple[str, str]]:
    first, second = _two(node, f"{what}: two [subject, what belongs to it] pairs")
    pairs = tuple(
        (_text(subject, what), _text(belongs, what))
        for subject, belongs in (
            _two(pair, f"{what}: a pair of subject and what belongs to it")
            for pair in (first, second)
        )
    )
    (a, belongs_a), (b, belongs_b) = pairs
    if _folded(a) == _folded(b) or _folded(belongs_a) == _folded(belongs_b):
        node.refuse(f"{what}: the two pairs must differ on both sides")
    return (a, belongs_a), (b, belongs_b)


def _two(node: Node, what: str) -> tuple[Node, Node]:
    items = node.sequence(what).items
    if len(items) != 2:  # noqa: PLR2004 # a pair
        node.refuse(f"{what}; there are {len(items)} items")
    return items[0], items[1]


def _sources(top: Mapping) -> tuple[Source, ...]:
    found = top.get("sources")
    if found is None:
        return ()
    sources: list[Source] = []
    for item in found.sequence("sources"):
        mapping = item.mapping("a source")
        mapping.only(("document", "number"), "a source")
        source = _source(mapping)
        if source in sources:
            item.refuse("the same source twice")
        sources.append(source)
    return tuple(sources)


def _source(mapping: Mapping) -> Source:
    document = mapping["document"].text("document")
    if not _DOCUMENT.fullmatch(document):
        mapping["document"].refuse("document must be a file's base name")
    number = mapping["number"].whole("number", low=1, high=9_999)
    return Source(document=document, number=number)


def _errata(top: Mapping, *, finished: bool) -> tuple[Erratum, ...]:
    found = top.get("errata")
    if found is None:
        return ()
    errata = []
    for item in found.sequence("errata"):
        mapping = item.mapping("an erratum")
        mapping.only(("document", "number", "says", "right", "source"), "an erratum")
        place = _source(mapping)
        errata.append(
            Erratum(
                document=place.document,
                number=place.number,
                says=_by_language(mapping["says"], "says", finished=finished),
                right=_by_language(mapping["right"], "right", finished=finished),
                source=_text(mapping["source"], "source"),
            )
        )
    return tuple(errata)


def _reading(top: Mapping) -> tuple[Reading, ...]:
    found = top.get("reading")
    if found is None:
        return ()
    works = []
    for item in found.sequence("reading"):
        mapping = item.mapping("a work")
        mapping.only(("title", "authors", "year"), "a work")
        works.append(
            Reading(
                title=_text(mapping["title"], "title"),
                authors=_text(mapping["authors"], "authors"),
                year=mapping["year"].whole("year", low=1900, high=2100),
            )
        )
    return tuple(works)


def _review(top: Mapping) -> Review | None:
    found = top.get("review")
    if found is None:
        return None
    mapping = found.mapping("review")
    mapping.only(("by", "on"), "a review")
    written = mapping["on"].text("review, on")
    try:
        # Python reads more forms of a date than authors should write.
        day = date.fromisoformat(written) if _DATE.fullmatch(written) else None
    except ValueError:
        day = None
    if day is None:
        mapping["on"].refuse(f"review, on: {written!r} is no date such as 2026-11-26")
    return Review(by=_text(mapping["by"], "review, by"), on=day)


def _related(slug: str, top: Mapping) -> tuple[str, ...]:
    found = top.get("related")
    if found is None:
        return ()
    slugs: list[str] = []
    for item in found.sequence("related"):
        other = _slug(item, "related")
        if other == slug or other in slugs:
            item.refuse(f"related names {other!r} twice or the question itself")
        slugs.append(other)
    return tuple(slugs)


def _by_language(
    node: Node, what: str, *, finished: bool, lines: bool = False
) -> dict[str, str]:
    """Read one text for each language."""
    mapping = node.mapping(f"{what} (zh: ..., en: ...)")
    _check_languages(mapping, what, finished=finished)
    texts = {
        language: _text(found, f"{what}.{language}", lines=lines)
        for language in LANGUAGES
        if (found := mapping.get(language)) is not None
    }
    if "en" in texts and _HAN.search(texts["en"]):
        mapping["en"].refuse(f"{what}.en holds Chinese characters")
    return texts


def _lists_by_language(
    node: Node,
    what: str,
    *,
    fewest: int,
    finished: bool,
    said: _Said | None = None,
) -> dict[str, tuple[str, ...]]:
    """Read a list of texts for each language; other keys are the caller's."""
    mapping = node.mapping(f"{what} (zh: [...], en: [...])")
    if said is None:
        _check_languages(mapping, what, finished=finished)
        said = _Said()
    lists: dict[str, tuple[str, ...]] = {}
    for language in LANGUAGES:
        found = mapping[language] if finished else mapping.get(language)
        if found is None:
            continue
        items = found.sequence(f"{what}, {language}")
        if len(items.items) < fewest:
            found.refuse(
                f"{what}, {language}: {len(items.items)} texts, {fewest} needed"
            )
        texts = tuple(_text(item, f"{what}, {language}") for item in items)
        for item, text in zip(items, texts, strict=True):
            said.once(item, language, text)
        if language == "zh" and not any(map(_HAN.search, texts)):
            found.refuse(f"{what}, zh: no Chinese character in any of the texts")
        lists[language] = texts
    if not lists:
        mapping.refuse(f"{what}: no text in any of " + ", ".join(LANGUAGES))
    return lists


class _Said:
    """Refuses a text that stood before in the same part of the question."""

    def __init__(self) -> None:
        self._first: dict[str, Node] = {}

    def once(self, node: Node, language: str, text: str) -> None:
        """Note the text, or refuse the node that repeats it."""
        if language == "en" and _HAN.search(text):
            node.refuse("an English text holds Chinese characters")
        first = self._first.setdefault(_folded(text), node)
        if first is not node:
            node.refuse(f"the same text as in line {first.line}")


def _check_languages(mapping: Mapping, what: str, *, finished: bool) -> None:
    mapping.only(LANGUAGES, what)
    missing = [language for language in LANGUAGES if language not in mapping.values]
    if missing and (finished or len(missing) == len(LANGUAGES)):
        mapping.refuse(f"{what}: {missing[0]} is missing")


def _text(node: Node, what: str, *, lines: bool = False) -> str:
    text = node.text(what, lines=lines)
    if len(text) > MAX_TEXT:
        node.refuse(f"{what} has {len(text)} characters, {MAX_TEXT} are allowed")
    if not _folded(text):
        node.refuse(f"{what} holds no letter or digit")
    return text


def _slug(node: Node, what: str) -> str:
    text = node.text(what)
    if not _SLUG.fullmatch(text) or len(text) > MAX_SLUG:
        node.refuse(f"{what}: {text!r} is not lower-case words joined by hyphens")
    return text


def _member(node: Node, members: type[_E], what: str) -> _E:
    text = node.text(what)
    try:
        return members(text)
    except ValueError:
        node.refuse(f"{what} must be one of " + ", ".join(members))


def _folded(text: str) -> str:
    """Return the text without case, width, space and punctuation."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(filter(str.isalnum, folded))


def _shared_sources(
    root: Path, questions: ReadOnly[str, Question]
) -> list[QuestionFormatError]:
    """Return a fault for each question that claims another text question's place."""
    faults = []
    asked: dict[Source, str] = {}
    for slug, question in questions.items():
        if not isinstance(question, TextQuestion):
            continue
        for source in question.sources:
            other = asked.setdefault(source, slug)
            if other != slug:
                reason = (
                    f"{source.document} number {source.number} belongs to {other!r}"
                )
                faults.append(QuestionFormatError(_file(root, slug), 1, reason))
                break
    return faults


def _misplaced_errata(
    root: Path, questions: ReadOnly[str, Question]
) -> list[QuestionFormatError]:
    """Return a fault for each question with an erratum about a place of another one.

    A question and its aliases stand for each other's places.
    """
    places: dict[str, set[Source]] = {}
    for slug, question in questions.items():
        canonical = getattr(question, "alias_of", "") or slug
        places.setdefault(canonical, set()).update(question.sources)
    faults = []
    for slug, question in questions.items():
        if not isinstance(question, TextQuestion):
            continue
        for erratum in question.errata:
            place = Source(document=erratum.document, number=erratum.number)
            if place not in places[question.alias_of or slug]:
                reason = (
                    f"an erratum about {place.document} number {place.number}, "
                    "which is not a source of this question"
                )
                faults.append(QuestionFormatError(_file(root, slug), 1, reason))
                break
    return faults


def _file(root: Path, slug: str) -> str:
    return str(root / slug / QUESTION_FILE)


def check_folders(folders: Iterable[Path]) -> int:
    """Print `ok` or the first fault of each folder; return the exit status."""
    faults = 0
    for folder in folders:
        try:
            parse_question(folder)
        except QuestionFormatError as error:
            faults += 1
            print(error)  # noqa: T201 # talks to a person
        else:
            print(f"{folder}: ok")  # noqa: T201 # talks to a person
    return 2 if faults else 0


if __name__ == "__main__":
    sys.exit(check_folders(map(Path, sys.argv[1:])))
