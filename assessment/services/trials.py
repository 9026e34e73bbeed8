"""Let candidates try their code before they hand it in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from assessment.errors import (
    AnswerTooLong,
    AttemptNotOpen,
    TrialRefused,
    TrialsUsedUp,
    TrialUnderWay,
)
from assessment.models import Attempt, AttemptItem, Trial
from assessment.selectors.trials import (
    LONGEST_OUTPUT,
    PROGRESS_SECONDS,
    progress_key,
    trial_under_way,
    trials_used,
)
from assessment.services.answers import LONGEST_CODE_BYTES, storable
from assessment.services.jobs import job_queue
from assessment.states import AttemptState, JobKind
from bank.definitions import Kind

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any


@transaction.atomic
def trial_start(*, item: AttemptItem, source: str, now: datetime) -> Trial:
    """Queue a quick run of `source`.

    Raises: `AttemptNotOpen`; `TrialUnderWay` while one of the same sitting waits or
        runs; `TrialsUsedUp`; `TrialRefused` for a question that takes no code;
        `AnswerTooLong`.
    Locks: the attempt, so two browsers cannot start two runs.
    """
    attempt = Attempt.objects.select_for_update().get(pk=item.attempt_id)
    if attempt.state != AttemptState.STARTED or (
        attempt.deadline is not None and now >= attempt.deadline
    ):
        raise AttemptNotOpen
    if item.version.question.kind != Kind.SPEED:
        raise TrialRefused
    if len(source.encode("utf-8", "replace")) > LONGEST_CODE_BYTES:
        raise AnswerTooLong
    if trial_under_way(attempt):
        raise TrialUnderWay
    if trials_used(item) >= settings.TRIALS_PER_QUESTION:
        raise TrialsUsedUp
    job = job_queue(kind=JobKind.TRIAL)
    return Trial.objects.create(item=item, job=job, source=storable(source))


def trial_progress_note(job_id: int, body: dict[str, Any]) -> None:
    """Keep, for a while and for the page only, how far a quick run is.

    It goes to the cache, since nobody needs it once the run has ended. One character
    of output more than is shown says that there is more.
    """
    kept = {**body, "output": body["output"][: LONGEST_OUTPUT + 1]}
    cache.set(progress_key(job_id), kept, PROGRESS_SECONDS)
