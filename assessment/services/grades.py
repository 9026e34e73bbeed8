"""Store what workers found and what people said instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from assessment.errors import MarkInvalid, NotReady
from assessment.models import Attempt, Grade, Job, Override, Trial
from assessment.services.attempts import attempt_grade_if_complete
from assessment.services.jobs import job_move
from assessment.states import AttemptState, JobKind, JobState

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from assessment.models import AttemptItem

LONGEST_REASON = 2_000  # characters
REGRADED = "regraded"  # in the history of a job that a command did by itself


@transaction.atomic
def grade_store(job_id: int, *, score: float, body: dict[str, Any]) -> bool:
    """Store a job's grade with its end; say whether it was this call that did.

    `body` is `grading.results.as_json` of the grade. A job that somebody else
    ended meanwhile keeps the grade that it has.
    """
    if not job_move(job_id, old=JobState.RUNNING, new=JobState.GRADED):
        return False
    job = Job.objects.select_related("answer__item__attempt").get(pk=job_id)
    answer = job.answer
    if answer is None:
        message = f"job {job_id} grades no answer"
        raise ValueError(message)
    Grade.objects.create(
        job=job,
        answer=answer,
        version_id=answer.item.version_id,
        answer_revision=answer.revision,
        score=score,
        body=body,
    )
    attempt_grade_if_complete(attempt=answer.item.attempt)
    return True


@transaction.atomic
def grade_again(*, counting: Grade, score: float, body: dict[str, Any]) -> Grade:
    """Put a newer grade beside the one that counts so far, and let it count.

    The older one stays, and so does a person's own mark, which counts before both.
    `body` is as in `grade_store`; the answer was held against the version that was
    asked.

    Raises: `NotReady` once somebody has reviewed the scorecard, which must not change
        behind their back, and when `counting` is not the newest grade any more.
    Locks: the attempt.
    """
    answer = counting.answer
    attempt = Attempt.objects.select_for_update().get(pk=answer.item.attempt_id)
    if sentence := kept_because(AttemptState(attempt.state)):
        raise NotReady(sentence)
    if Grade.objects.filter(answer=answer, pk__gt=counting.pk).exists():
        message = "The answer was graded again meanwhile."
        raise NotReady(message)
    now = timezone.now()
    job = Job.objects.create(
        kind=JobKind.TEXT, answer=answer, sent_at=now, changed_at=now
    )
    for old, new in (
        (JobState.QUEUED, JobState.RUNNING),
        (JobState.RUNNING, JobState.GRADED),
    ):
        job_move(job.pk, old=old, new=new, code=REGRADED)
    return Grade.objects.create(
        job=job,
        answer=answer,
        version_id=answer.item.version_id,
        answer_revision=answer.revision,
        score=score,
        body=body,
    )


def kept_because(state: AttemptState) -> str:
    """Return why an attempt's grades stay as they are; empty when they may change."""
    if state in {AttemptState.SUBMITTED, AttemptState.GRADED}:
        return ""
    return {
        AttemptState.REVIEWED: "A person has reviewed it; take the review back first.",
        AttemptState.RELEASED: "It is released; what left the house stays as it was.",
        AttemptState.CANCELLED: "It was cancelled.",
    }.get(state, "It was not handed in.")


@transaction.atomic
def trial_store(job_id: int, *, body: dict[str, Any]) -> bool:
    """Store what a candidate's quick run showed, with the end of its job."""
    if not job_move(job_id, old=JobState.RUNNING, new=JobState.GRADED):
        return False
    Trial.objects.filter(job_id=job_id).update(result=body)
    return True


@transaction.atomic
def mark_override(
    *, item: AttemptItem, score: float, reason: str, by: User
) -> Override:
    """Put a person's mark beside the worker's; the latest one counts.

    Raises: `MarkInvalid` without a reason or out of [0, 1]; `NotReady` before the
        attempt was handed in and once its scorecard was reviewed.
    """
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON or not 0.0 <= score <= 1.0:
        raise MarkInvalid
    attempt = Attempt.objects.select_for_update().get(pk=item.attempt_id)
    if attempt.state not in {AttemptState.SUBMITTED, AttemptState.GRADED}:
        message = (
            "A mark can be changed after the hand-in and before the review. "
            "Take the review back first."
        )
        raise NotReady(message)
    override = Override.objects.create(
        item=item, score=score, reason=reason, by=by, at=timezone.now()
    )
    attempt_grade_if_complete(attempt=attempt)
    return override
