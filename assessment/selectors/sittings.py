"""Read what one candidate sees of their own sitting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Sum

from assessment.models import AttemptItem
from bank.definitions import Kind
from bank.selectors import live_questions

if TYPE_CHECKING:
    from assessment.models import Assessment, Attempt


def question_count(assessment: Assessment) -> int:
    """Return how many questions a sitting of this assessment asks."""
    drawn = assessment.draws.aggregate(total=Sum("count"))["total"] or 0
    return assessment.items.count() + int(drawn)


def may_ask_code(assessment: Assessment) -> bool:
    """Say whether a sitting of this assessment may ask for code."""
    if assessment.items.filter(question__kind=Kind.SPEED).exists():
        return True
    topics = list(assessment.draws.values_list("topic", flat=True))
    return live_questions().filter(kind=Kind.SPEED, topic__in=topics).exists()


def sitting_item(attempt: Attempt, position: int) -> AttemptItem | None:
    """Return one question of a sitting with its answer and version."""
    item = (
        AttemptItem.objects.select_related("answer", "version__question")
        .filter(attempt=attempt, position=position)
        .first()
    )
    if item is not None:
        item.attempt = attempt  # spares a query, and is what the caller has checked
    return item
