"""Read the bank as a recruiter looks through it: by words, topic, set, language."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from bank.definitions import TOPICS, Kind, State
from bank.models import QuestionSource, SetItem
from bank.selectors import current_versions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bank.models import QuestionVersion

# Some write a space between Han and Latin, some do not, and a prompt wraps its lines.
_SPACE_BESIDE_HAN: Final = re.compile(r"(?<=[\u3400-\u9fff])\s+|\s+(?=[\u3400-\u9fff])")


class Part(StrEnum):
    """A part of a question in which words are looked for."""

    TITLE = "title"
    SLUG = "slug"
    TOPIC = "topic"
    PROMPT = "prompt"
    KEY_POINTS = "key_points"
    ERRATA = "errata"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionLine:
    """One question with what a list shows and a search looks at."""

    question_id: int
    slug: str
    kind: str
    topic: str
    state: str
    difficulty: int
    minutes: int
    title: Mapping[str, str]
    prompt: Mapping[str, str]
    sets: tuple[str, ...]  # slugs
    documents: tuple[str, ...]  # base names of the files that ask it
    parts: Mapping[Part, str] = field(repr=False)  # as written, in both languages
    complete: bool  # a specialist wrote its rubric

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the languages in which it can be asked."""
        return tuple(language for language, text in self.prompt.items() if text)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionFilter:
    """What somebody looks for; empty means anything."""

    words: str = ""
    topic: str = ""
    difficulty: int | None = None
    set_slug: str = ""
    language: str = ""
    kind: str = ""
    document: str = ""
    state: str = ""

    def matches(self, line: QuestionLine) -> bool:
        """Say whether a question is one of those looked for.

        Every word has to be there, each in any part; a Chinese word is found
        inside a sentence.
        """
        wanted = (
            (self.topic, (line.topic,)),
            (self.kind, (line.kind,)),
            (self.state, (line.state,)),
            (self.set_slug, line.sets),
            (self.language, line.languages),
            (self.document, line.documents),
        )
        if any(value and value not in having for value, having in wanted):
            return False
        if self.difficulty is not None and line.difficulty != self.difficulty:
            return False
        words = self._words()
        if not words:
            return True
        texts = [folded(text) for text in line.parts.values()]
        return all(any(word in text for text in texts) for word in words)

    def found_in(self, line: QuestionLine) -> tuple[Part, ...]:
        """Return where the words are; nothing when the title has them all."""
        words = self._words()
        texts = {part: folded(text) for part, text in line.parts.items()}
        if all(word in texts[Part.TITLE] for word in words):
            return ()
        return tuple(
            part for part, text in texts.items() if any(word in text for word in words)
        )

    def _words(self) -> list[str]:
        # Split first: two Chinese words that somebody typed apart stay two.
        return [folded(word) for word in self.words.split()]


def folded(text: str) -> str:
    """Return a text as it is compared: one width, one case, no space beside Han."""
    return _SPACE_BESIDE_HAN.sub("", unicodedata.normalize("NFKC", text).casefold())


def question_lines(*, live: bool = False) -> list[QuestionLine]:
    """Return every published question, by topic and title; `live`: only those asked.

    The whole bank is read at once: it has hundreds of questions, not millions, and
    a search by parts of Chinese words has no index that serves both databases.
    """
    found = current_versions()
    if live:
        found = found.filter(question__state=State.LIVE)
    sets: dict[int, list[str]] = {}
    for question_id, slug in SetItem.objects.order_by("question_set__slug").values_list(
        "question", "question_set__slug"
    ):
        sets.setdefault(question_id, []).append(slug)
    documents: dict[int, list[str]] = {}
    for question_id, document in QuestionSource.objects.order_by(
        "document"
    ).values_list("question", "document"):
        documents.setdefault(question_id, []).append(document)
    lines = [
        question_line(
            version,
            sets=tuple(sets.get(version.question_id, ())),
            documents=tuple(dict.fromkeys(documents.get(version.question_id, ()))),
        )
        for version in found
    ]
    return sorted(lines, key=lambda line: (line.topic, line.slug))


def question_line(
    version: QuestionVersion,
    *,
    sets: tuple[str, ...] = (),
    documents: tuple[str, ...] = (),
) -> QuestionLine:
    """Return a published version as one line."""
    question, body = version.question, version.body
    return QuestionLine(
        question_id=question.pk,
        slug=question.slug,
        kind=question.kind,
        topic=question.topic,
        state=question.state,
        difficulty=question.difficulty,
        minutes=question.minutes,
        title=body["title"],
        prompt=prompt_of(body),
        sets=sets,
        documents=documents,
        parts=_parts(question.slug, question.topic, body),
        complete=question.kind == Kind.SPEED or bool(body["rubric"]["misconceptions"]),
    )


def prompt_of(body: Mapping[str, Any]) -> Mapping[str, str]:
    """Return what is asked, by language."""
    prompt: Mapping[str, str] = (
        body["statement"] if body["kind"] == Kind.SPEED else body["rubric"]["prompt"]
    )
    return prompt


def _parts(slug: str, topic: str, body: Mapping[str, Any]) -> dict[Part, str]:
    points = (body.get("rubric") or {}).get("key_points", ())
    return {
        Part.TITLE: "\n".join(body["title"].values()),
        Part.SLUG: slug,
        Part.TOPIC: "\n".join((topic, *TOPICS.get(topic, {}).values())),
        Part.PROMPT: "\n".join(prompt_of(body).values()),
        Part.KEY_POINTS: "\n".join(
            phrasing
            for point in points
            for phrasings in point["phrasings"].values()
            for phrasing in phrasings
        ),
        Part.ERRATA: "\n".join(
            text
            for erratum in body.get("errata", ())
            for text in (
                erratum["document"],
                *erratum["says"].values(),
                *erratum["right"].values(),
                erratum["source"],
            )
        ),
    }


def lines_by_id(question_ids: Iterable[int]) -> dict[int, QuestionLine]:
    """Return the present lines of these questions."""
    return {
        version.question_id: question_line(version)
        for version in current_versions().filter(question__in=list(question_ids))
    }


def titles_by_slug(slugs: Iterable[str]) -> dict[str, Mapping[str, str]]:
    """Return the present title of each of these questions that is published."""
    return dict(
        current_versions()
        .filter(question__slug__in=list(slugs))
        .values_list("question__slug", "body__title")
    )


def aliases_of(slug: str) -> list[str]:
    """Return the slugs of the questions that share this question's rubric."""
    return list(
        current_versions()
        .filter(body__alias_of=slug)
        .order_by("question__slug")
        .values_list("question__slug", flat=True)
    )


def asked_documents() -> list[str]:
    """Return the documents of which the bank has questions, by name."""
    return list(
        QuestionSource.objects.filter(question__current_number__gte=1)
        .order_by("document")
        .values_list("document", flat=True)
        .distinct()
    )
