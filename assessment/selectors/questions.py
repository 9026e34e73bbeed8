"""Read the bank as a recruiter looks through it: by words, topic, set, language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bank.definitions import Kind, State
from bank.models import SetItem
from bank.selectors import current_versions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bank.models import QuestionVersion


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

    def matches(self, line: QuestionLine) -> bool:
        """Say whether a question is one of those looked for."""
        if self.topic and line.topic != self.topic:
            return False
        if self.kind and line.kind != self.kind:
            return False
        if self.difficulty is not None and line.difficulty != self.difficulty:
            return False
        if self.set_slug and self.set_slug not in line.sets:
            return False
        if self.language and self.language not in line.languages:
            return False
        text = " ".join(
            (line.slug, *line.title.values(), *line.prompt.values())
        ).casefold()
        return all(word in text for word in self.words.casefold().split())


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
    lines = [
        question_line(version, tuple(sets.get(version.question_id, ())))
        for version in found
    ]
    return sorted(lines, key=lambda line: (line.topic, line.slug))


def question_line(version: QuestionVersion, sets: tuple[str, ...] = ()) -> QuestionLine:
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
        complete=question.kind == Kind.SPEED or bool(body["rubric"]["misconceptions"]),
    )


def prompt_of(body: Mapping[str, Any]) -> Mapping[str, str]:
    """Return what is asked, by language."""
    prompt: Mapping[str, str] = (
        body["statement"] if body["kind"] == Kind.SPEED else body["rubric"]["prompt"]
    )
    return prompt


def lines_by_id(question_ids: Iterable[int]) -> dict[int, QuestionLine]:
    """Return the present lines of these questions."""
    return {
        version.question_id: question_line(version)
        for version in current_versions().filter(question__in=list(question_ids))
    }


def published_slugs() -> frozenset[str]:
    """Return the slug of every question that has a page."""
    return frozenset(current_versions().values_list("question__slug", flat=True))
