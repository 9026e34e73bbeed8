"""Read grades: the one of each answer that counts, and those that want a reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef

from assessment.models import Answer, Grade, Override
from assessment.states import AttemptState
from bank.definitions import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from django.db.models import QuerySet

    from assessment.models import Organisation

# Once somebody has reviewed the scorecard they have read every answer of it.
UNREAD = (AttemptState.SUBMITTED, AttemptState.GRADED)


def grades_that_count() -> QuerySet[Grade]:
    """Return the newest grade of every answer, oldest first."""
    newer = Grade.objects.filter(answer=OuterRef("answer"), pk__gt=OuterRef("pk"))
    return Grade.objects.filter(~Exists(newer))


def text_grades_that_count(
    *, attempt: UUID | None = None, question: str = ""
) -> QuerySet[Grade]:
    """Return the newest grade of every written answer, oldest first.

    `attempt`: of that sitting alone; `question`: of the question with that slug.
    """
    found = grades_that_count().filter(version__question__kind=Kind.TEXT)
    if attempt is not None:
        found = found.filter(answer__item__attempt__uid=attempt)
    if question:
        found = found.filter(version__question__slug=question)
    return found.select_related(
        "answer__item__attempt", "answer__item__version", "version__question"
    ).order_by("pk")


def grades_to_read(organisation: Organisation) -> QuerySet[Grade]:
    """Return the grades whose answer waits for a person to read it.

    The grader asked for it, nobody has marked the answer, and nobody has reviewed
    the scorecard yet.
    """
    own = Override.objects.filter(item=OuterRef("answer__item"))
    return (
        grades_that_count()
        .filter(
            ~Exists(own),
            answer__item__attempt__invitation__organisation=organisation,
            answer__item__attempt__state__in=UNREAD,
            body__review=True,
        )
        .order_by()
    )


def to_read_by_attempt(
    organisation: Organisation, attempt_ids: Iterable[int]
) -> dict[int, int]:
    """Return how many answers of each attempt wait for a reader; without noughts."""
    counted = (
        grades_to_read(organisation)
        .filter(answer__item__attempt__in=list(attempt_ids))
        .values_list("answer__item__attempt")
        .annotate(Count("pk"))
    )
    return dict(counted)


def answer_of(attempt: UUID, position: int) -> Answer | None:
    """Return the answer to one question of a sitting."""
    return Answer.objects.filter(
        item__attempt__uid=attempt, item__position=position
    ).first()
