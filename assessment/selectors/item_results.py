"""Read what an organisation's own candidates earned with one question."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assessment.models import AttemptItem, Grade, Override
from assessment.states import AttemptState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assessment.models import Organisation
    from bank.models import Question

# Marks of a sitting that is still being graded would favour the quick ones.
MARKED = (AttemptState.GRADED, AttemptState.REVIEWED, AttemptState.RELEASED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemResult:
    """What one sitting's answer to the question earned."""

    score: float  # the mark that counts, in [0, 1]
    rest: float | None  # mean mark of the sitting's other questions, if it has any
    language: str  # of the answer, as the candidate said
    points: Mapping[str, float]  # key point's id -> credit in [0, 1]; a worker's
    verdict: str  # of measured code; empty for text


def item_results(
    organisation: Organisation, question: Question, *, version: int | None = None
) -> list[ItemResult]:
    """Return the marked answers to a question; `version`: only to that one.

    Only this organisation's sittings, and only those of which every question has
    a mark.
    """
    items = AttemptItem.objects.filter(
        version__question=question,
        attempt__invitation__organisation=organisation,
        attempt__state__in=MARKED,
    )
    if version is not None:
        items = items.filter(version__number=version)
    own = {
        pk: (attempt_id, language)
        for pk, attempt_id, language in items.order_by("pk").values_list(
            "pk", "attempt", "answer__language"
        )
    }
    weights, marks = _marks({attempt_id for attempt_id, _language in own.values()})
    # One answer may have been graded again: the last grade counts.
    bodies: dict[int, dict[str, Any]] = dict(
        Grade.objects.filter(answer__item__in=own)
        .order_by("pk")
        .values_list("answer__item", "body")
    )
    return [
        ItemResult(
            score=marks[pk],
            rest=_rest(pk, weights[attempt_id], marks),
            language=language or "",
            points={
                point["point"]: point["credit"]
                for point in bodies.get(pk, {}).get("points", ())
            },
            verdict=bodies.get(pk, {}).get("verdict", ""),
        )
        for pk, (attempt_id, language) in own.items()
        if pk in marks
    ]


def answers_by_version(organisation: Organisation, question: Question) -> Counter[int]:
    """Return how many marked answers each version of a question has."""
    return Counter(
        AttemptItem.objects.filter(
            version__question=question,
            attempt__invitation__organisation=organisation,
            attempt__state__in=MARKED,
        ).values_list("version__number", flat=True)
    )


def _marks(
    attempt_ids: Iterable[int],
) -> tuple[dict[int, dict[int, float]], dict[int, float]]:
    """Return the items' weights by attempt, and the mark that counts by item."""
    ids = list(attempt_ids)
    weights: dict[int, dict[int, float]] = {}
    for pk, attempt_id, weight in AttemptItem.objects.filter(
        attempt__in=ids
    ).values_list("pk", "attempt", "weight"):
        weights.setdefault(attempt_id, {})[pk] = weight
    marks: dict[int, float] = dict(
        Grade.objects.filter(answer__item__attempt__in=ids)
        .order_by("pk")
        .values_list("answer__item", "score")
    )
    marks.update(
        Override.objects.filter(item__attempt__in=ids)
        .order_by("pk")
        .values_list("item", "score")
    )
    return weights, marks


def _rest(
    pk: int, weights: Mapping[int, float], marks: Mapping[int, float]
) -> float | None:
    others = {other: weight for other, weight in weights.items() if other != pk}
    if not others or any(other not in marks for other in others):
        return None
    total = sum(others.values())
    if not total:
        return None
    return sum(weight * marks[other] for other, weight in others.items()) / total
