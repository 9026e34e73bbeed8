"""From rows to the values that a scorecard is built of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Prefetch

from assessment.models import AnswerSave, Grade, Job, Override
from assessment.reports.build import (
    ItemLine,
    Mark,
    Scorecard,
    devices_of,
    mean_span,
    topics_of,
    weighted_mean,
)
from bank.definitions import TOPICS, Kind

if TYPE_CHECKING:
    from assessment.models import Attempt, AttemptItem


def scorecard_of(attempt: Attempt) -> Scorecard:
    """Return an attempt's scorecard as things stand now."""
    invitation = attempt.invitation
    rows = attempt.items.select_related("answer", "version__question").prefetch_related(
        Prefetch("answer__grades", Grade.objects.order_by("id")),
        Prefetch("answer__jobs", Job.objects.order_by("id")),
        Prefetch("answer__saves", AnswerSave.objects.filter(late=True)),
        Prefetch("overrides", Override.objects.select_related("by").order_by("id")),
    )
    items = tuple(_line(row) for row in rows)
    return Scorecard(
        order_id=str(invitation.uid),
        external_id=invitation.external_id,
        candidate_name=invitation.candidate_name,
        candidate_email=invitation.candidate_email,
        organisation=invitation.organisation.name,
        assessment_id=str(invitation.assessment.uid),
        assessment=invitation.assessment.title,
        state=attempt.state,
        duration_minutes=invitation.assessment.duration_minutes,
        started_at=attempt.started_at,
        submitted_at=attempt.submitted_at,
        submitted_by_timeout=attempt.submitted_by_timeout,
        total=weighted_mean(items),
        span=mean_span(items),
        marked=sum(item.score is not None for item in items),
        topics=topics_of(items, TOPICS),
        items=items,
        devices=devices_of(items),
    )


def _line(row: AttemptItem) -> ItemLine:
    answer = row.answer
    version = row.version
    body = version.body
    grade = next(reversed(list(answer.grades.all())), None)
    job = next(reversed(list(answer.jobs.all())), None)
    late = [save.text for save in answer.saves.all()]
    speed = version.question.kind == Kind.SPEED
    return ItemLine(
        item_id=row.pk,
        position=row.position,
        slug=version.question.slug,
        version=version.number,
        kind=version.question.kind,
        topic=version.question.topic,
        title=body["title"],
        prompt=body["statement"] if speed else body["rubric"]["prompt"],
        weight=row.weight,
        answer=answer.text,
        answer_language=answer.language,
        answer_revision=answer.revision,
        saved_at=answer.saved_at,
        job_state=job.state if job else "",
        job_code=job.code if job else "",
        auto_score=grade.score if grade else None,
        grade=grade.body if grade else None,
        overrides=tuple(
            Mark(
                score=mark.score,
                reason=mark.reason,
                by=mark.by.email if mark.by else "",
                at=mark.at,
            )
            for mark in row.overrides.all()
        ),
        late_text=late[-1] if late else "",
        rubric_complete=speed or bool(body["rubric"]["misconceptions"]),
    )
