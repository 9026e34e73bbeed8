"""What is read from the bank; nothing here writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Case, F, IntegerField, Prefetch, Value, When

from bank.bodies import kind_of, speed_question_of, text_question_of
from bank.definitions import Kind, SpeedQuestion, State, TextQuestion
from bank.documents import IMPORTED_TOPIC
from bank.errors import UnknownQuestion, UnknownSet, UnknownVersion
from bank.models import (
    Question,
    QuestionMove,
    QuestionSet,
    QuestionVersion,
    SetItem,
)

if TYPE_CHECKING:
    from pathlib import Path

    from django.db.models import QuerySet


def live_questions(
    *, topic: str | None = None, kind: Kind | None = None
) -> QuerySet[Question]:
    """Return the questions that may be asked, by topic and slug."""
    found = Question.objects.filter(state=State.LIVE, current_number__gte=1)
    if topic is not None:
        found = found.filter(topic=topic)
    if kind is not None:
        found = found.filter(kind=kind)
    return found.order_by("topic", "slug")


def live_by_topic(*, kind: Kind | None = None) -> dict[str, list[Question]]:
    """Return the questions that may be asked, under their topics."""
    topics: dict[str, list[Question]] = {}
    for question in live_questions(kind=kind):
        topics.setdefault(question.topic, []).append(question)
    return topics


def question_by_slug(slug: str) -> Question:
    """Return one question.

    Raises: `UnknownQuestion`.
    """
    try:
        return Question.objects.get(slug=slug)
    except Question.DoesNotExist as missing:
        message = f"no question {slug!r}"
        raise UnknownQuestion(message) from missing


def question_by_source(document: str, number: int) -> Question:
    """Return the question that a document asks as its `number`.

    Where the bank has its own rubric for it, that one comes before the import, and
    either before a task that practises the same subject.

    Raises: `UnknownQuestion`.
    """
    found = (
        Question.objects.filter(sources__document=document, sources__number=number)
        .annotate(
            distance=Case(
                When(kind=Kind.SPEED, then=Value(2)),
                When(topic=IMPORTED_TOPIC, then=Value(1)),
                default=Value(0),
                output_field=IntegerField(),
            )
        )
        .order_by("distance", "slug")
        .first()
    )
    if found is None:
        message = f"no question from {document}, number {number}"
        raise UnknownQuestion(message)
    return found


def versions(question: Question) -> QuerySet[QuestionVersion]:
    """Return every published version of a question, the oldest first."""
    return QuestionVersion.objects.filter(question=question).order_by("number")


def version_by_number(question: Question, number: int) -> QuestionVersion:
    """Return one published version of a question.

    Raises: `UnknownVersion`, with the numbers that there are.
    """
    found = {version.number: version for version in versions(question)}
    if number not in found:
        there = ", ".join(map(str, found)) or "none"
        message = f"{question.slug!r} has no version {number}; it has {there}"
        raise UnknownVersion(message)
    return found[number]


def moves(question: Question) -> QuerySet[QuestionMove]:
    """Return every change of a question's state, the oldest first."""
    return QuestionMove.objects.filter(question=question).order_by("pk")


def current_versions() -> QuerySet[QuestionVersion]:
    """Return for every question the version that is asked now."""
    return QuestionVersion.objects.filter(
        number=F("question__current_number")
    ).select_related("question")


def current_version(question: Question) -> QuestionVersion:
    """Return the version that is asked now.

    Raises: `UnknownQuestion` when none was ever published.
    """
    found = current_versions().filter(question=question).first()
    if found is None:
        message = f"question {question.slug!r} has no published version"
        raise UnknownQuestion(message)
    return found


def question_sets() -> QuerySet[QuestionSet]:
    """Return every set with its items and their questions."""
    items = SetItem.objects.select_related("question").order_by("position")
    return QuestionSet.objects.prefetch_related(Prefetch("items", queryset=items))


def set_by_slug(slug: str) -> QuestionSet:
    """Return one set.

    Raises: `UnknownSet`.
    """
    try:
        return QuestionSet.objects.get(slug=slug)
    except QuestionSet.DoesNotExist as missing:
        message = f"no question set {slug!r}"
        raise UnknownSet(message) from missing


def set_items(set_id: int, *, live: bool = False) -> QuerySet[SetItem]:
    """Return a set's items in order; `live` leaves out what may not be asked."""
    items = SetItem.objects.filter(question_set_id=set_id).select_related("question")
    if live:
        items = items.filter(question__state=State.LIVE)
    return items.order_by("position")


def question_of(
    version: QuestionVersion, *, bank_folder: Path
) -> TextQuestion | SpeedQuestion:
    """Return the values that a version was published from."""
    slug, state = version.question.slug, State(version.question.state)
    if kind_of(version.body) is Kind.TEXT:
        return text_question_of(version.body, slug=slug, state=state)
    return speed_question_of(
        version.body, slug=slug, state=state, bank_folder=bank_folder
    )
