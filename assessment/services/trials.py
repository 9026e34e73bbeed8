"""Let candidates try their code before they hand it in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

from assessment.errors import AnswerTooLong, AttemptNotOpen, TrialRefused
from assessment.models import Attempt, AttemptItem, Trial
from assessment.services.answers import LONGEST_CODE_BYTES, storable
from assessment.services.jobs import job_queue
from assessment.states import AttemptState, JobKind, JobState
from bank.definitions import Kind

if TYPE_CHECKING:
    from datetime import datetime

TRIALS_PER_ITEM: Final = 20


def trials_left(item: AttemptItem) -> int:
    """Return how many runs a candidate has left; one that we failed costs none."""
    ours = [JobState.FAILED, JobState.HELD]  # our fault, or the task's author's
    return TRIALS_PER_ITEM - item.trials.exclude(job__state__in=ours).count()


@transaction.atomic
def trial_start(*, item: AttemptItem, source: str, now: datetime) -> Trial:
    """Queue a quick run of `source`.

    Raises: `AttemptNotOpen`; `TrialRefused` while one runs, when none is left, and
        for a question that takes no code; `AnswerTooLong`.
    """
    attempt = Attempt.objects.select_for_update().get(pk=item.attempt_id)
    if attempt.state != AttemptState.STARTED or (
        attempt.deadline is not None and now >= attempt.deadline
    ):
        raise AttemptNotOpen
    if item.version.question.kind != Kind.SPEED:
        message = "This question takes no code."
        raise TrialRefused(message)
    if len(source.encode("utf-8", "replace")) > LONGEST_CODE_BYTES:
        raise AnswerTooLong
    locked = AttemptItem.objects.select_for_update().get(pk=item.pk)
    waiting = locked.trials.filter(job__state__in=[JobState.QUEUED, JobState.RUNNING])
    if waiting.exists():
        message = "Your last run is not finished yet."
        raise TrialRefused(message)
    if trials_left(locked) <= 0:
        message = f"All {TRIALS_PER_ITEM} runs of this question are used."
        raise TrialRefused(message)
    job = job_queue(kind=JobKind.TRIAL)
    return Trial.objects.create(item=locked, job=job, source=storable(source))
