"""The totals of many attempts at once, for lists: three queries however many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assessment.models import AttemptItem, Grade, Override
from assessment.reports.build import weighted_mean

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    weight: float
    score: float | None


def totals_of(attempt_ids: Iterable[int]) -> dict[int, float | None]:
    """Return each attempt's total, or None while one of its items has no mark.

    The same mean as on the scorecard; an attempt that never started has None.
    """
    ids = list(attempt_ids)
    marks: dict[int, float] = dict(
        Grade.objects.filter(answer__item__attempt__in=ids)
        .order_by("id")
        .values_list("answer__item", "score")
    )
    marks.update(
        Override.objects.filter(item__attempt__in=ids)
        .order_by("id")
        .values_list("item", "score")
    )
    lines: dict[int, list[_Line]] = {attempt_id: [] for attempt_id in ids}
    for pk, attempt_id, weight in AttemptItem.objects.filter(
        attempt__in=ids
    ).values_list("pk", "attempt", "weight"):
        lines[attempt_id].append(_Line(weight=weight, score=marks.get(pk)))
    return {attempt_id: weighted_mean(own) for attempt_id, own in lines.items()}
