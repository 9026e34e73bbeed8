"""Make and put away assessments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone

from assessment.errors import AssessmentInvalid
from assessment.models import Assessment, AssessmentDraw, AssessmentItem
from bank.selectors import current_versions, live_questions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.contrib.auth.models import User

    from assessment.models import Organisation
    from bank.models import Question

LONGEST_MINUTES: Final = 480
MOST_QUESTIONS: Final = 60
LANGUAGES: Final = ("zh", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """n questions of a topic, drawn anew for every attempt."""

    topic: str
    count: int


@transaction.atomic
def assessment_create(  # noqa: PLR0913  # an assessment has that many parts
    *,
    organisation: Organisation,
    title: str,
    duration_minutes: int,
    languages: Sequence[str],
    slugs: Sequence[str] = (),
    draws: Sequence[Draw] = (),
    by: User | None = None,
) -> Assessment:
    """Make an assessment of chosen questions, then drawn ones, in that order.

    Raises: `AssessmentInvalid` with what to mend.
    """
    title = title.strip()
    _check(title, duration_minutes, languages, slugs, draws)
    questions = {question.slug: question for question in live_questions()}
    unknown = [slug for slug in slugs if slug not in questions]
    if unknown:
        message = f"These questions are not live: {', '.join(unknown)}."
        raise AssessmentInvalid(message)
    _check_draws(draws, _drawable(questions, slugs))
    assessment = Assessment.objects.create(
        organisation=organisation,
        title=title,
        duration_minutes=duration_minutes,
        languages=[language for language in LANGUAGES if language in languages],
        created_by=by,
    )
    AssessmentItem.objects.bulk_create(
        AssessmentItem(
            assessment=assessment, question=questions[slug], position=position
        )
        for position, slug in enumerate(slugs, start=1)
    )
    AssessmentDraw.objects.bulk_create(
        AssessmentDraw(
            assessment=assessment,
            topic=draw.topic,
            count=draw.count,
            position=position,
        )
        for position, draw in enumerate(draws, start=1)
    )
    return assessment


@transaction.atomic
def assessment_archive(*, assessment: Assessment) -> None:
    """Take an assessment off the lists; attempts that exist go on."""
    Assessment.objects.filter(pk=assessment.pk, archived_at__isnull=True).update(
        archived_at=timezone.now()
    )


def _check(
    title: str,
    duration_minutes: int,
    languages: Sequence[str],
    slugs: Sequence[str],
    draws: Sequence[Draw],
) -> None:
    message = ""
    if not title:
        message = "Give the assessment a title."
    elif not 1 <= duration_minutes <= LONGEST_MINUTES:
        message = f"The duration lies between 1 and {LONGEST_MINUTES} minutes."
    elif not languages or set(languages) - set(LANGUAGES):
        message = "Choose Chinese, English or both as languages."
    elif len(set(slugs)) != len(slugs):
        message = "A question can be chosen once."
    elif not slugs and not draws:
        message = "Choose at least one question, or draw some from a topic."
    elif len(slugs) + sum(draw.count for draw in draws) > MOST_QUESTIONS:
        message = f"An assessment holds {MOST_QUESTIONS} questions at most."
    if message:
        raise AssessmentInvalid(message)


def _drawable(questions: Mapping[str, Question], slugs: Sequence[str]) -> list[str]:
    """Return the topic of every rubric that a draw could still ask for.

    A question and its alias share a rubric and are never asked together.
    """
    rubric = {
        version.question.slug: str(
            version.body.get("alias_of") or version.question.slug
        )
        for version in current_versions()
    }
    asked = {rubric[slug] for slug in slugs}
    topics: dict[tuple[str, str], str] = {}
    for slug, question in questions.items():
        if rubric[slug] not in asked:
            topics[question.topic, rubric[slug]] = question.topic
    return list(topics.values())


def _check_draws(draws: Sequence[Draw], topics: Sequence[str]) -> None:
    if len({draw.topic for draw in draws}) != len(draws):
        message = "Draw from each topic once."
        raise AssessmentInvalid(message)
    for draw in draws:
        have = topics.count(draw.topic)
        if not 1 <= draw.count <= have:
            message = (
                f"{draw.count} questions cannot be drawn from {draw.topic}: "
                f"it has {have} that are not chosen already."
            )
            raise AssessmentInvalid(message)
