"""Read grading work."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import Q

from assessment.models import Job
from assessment.states import JobKind, JobState

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

# A message that was not taken up within this time is sent again: the broker may
# have been wiped. Longer than a normal queue, so that a busy service does not
# fill its own broker.
RESEND_AFTER: Final = timedelta(seconds=60)


# A fault of ours is tried again so often; after that a person has to look.
MAX_TRIES: Final = 3


def jobs_lost_at(moment: datetime) -> QuerySet[Job]:
    """Return running jobs whose worker must be gone by `moment`."""
    return Job.objects.filter(state=JobState.RUNNING, lease_until__lt=moment)


def jobs_waiting(kind: JobKind) -> QuerySet[Job]:
    """Return queued jobs of a kind that nobody has tried yet, the oldest first."""
    return Job.objects.filter(kind=kind, state=JobState.QUEUED, tries=0).order_by("pk")


def jobs_unheard_at(moment: datetime) -> QuerySet[Job]:
    """Return queued jobs whose message may be lost by `moment`."""
    return Job.objects.filter(
        Q(sent_at__isnull=True) | Q(sent_at__lt=moment - RESEND_AFTER),
        state=JobState.QUEUED,
    )
