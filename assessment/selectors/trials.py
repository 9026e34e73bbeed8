"""Read a candidate's own quick runs of code: which, how many, how far."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from django.core.cache import cache
from redis.exceptions import RedisError

from assessment.models import Job, Trial
from assessment.states import JobKind, JobState

if TYPE_CHECKING:
    from assessment.models import Attempt, AttemptItem

log = logging.getLogger(__name__)

LONGEST_OUTPUT: Final = 8_000  # characters shown of what a program printed
PROGRESS_SECONDS: Final = 300  # longer than a worker's hard time limit
UNDER_WAY: Final = (JobState.QUEUED, JobState.RUNNING)
NOT_COUNTED: Final = (JobState.FAILED, JobState.HELD)  # our fault, or the author's


def progress_key(job_id: int) -> str:
    """Return where in the cache a run's worker says how far it is."""
    return f"trial-progress:{job_id}"


def trials_used(item: AttemptItem) -> int:
    """Return how many runs of a question count; one that we failed does not."""
    return item.trials.exclude(job__state__in=NOT_COUNTED).count()


def trial_under_way(attempt: Attempt) -> bool:
    """Say whether a run of this sitting, of any question, waits or runs."""
    return Trial.objects.filter(
        item__attempt=attempt, job__state__in=UNDER_WAY
    ).exists()


def latest_trial(item: AttemptItem) -> Trial | None:
    """Return the newest run of a question's code, whatever became of it."""
    return item.trials.select_related("job").last()


def trials_ahead(trial: Trial) -> int:
    """Return how many runs of other candidates are served before this one."""
    return Job.objects.filter(
        kind=JobKind.TRIAL, state__in=UNDER_WAY, pk__lt=trial.job_id
    ).count()


def trial_progress(trial: Trial) -> dict[str, Any] | None:
    """Return how far a running trial is; None when its worker has not said."""
    try:
        found: dict[str, Any] | None = cache.get(progress_key(trial.job_id))
    except (RedisError, OSError):
        log.warning("how far run %s is cannot be read: no cache", trial.job_id)
        return None
    return found
