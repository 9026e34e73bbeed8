"""Move grading work from state to state. Nobody else writes a job's state."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from assessment.dispatch import TASKS, send_on_commit
from assessment.errors import IllegalMove
from assessment.models import Job, JobEvent
from assessment.selectors.jobs import MAX_TRIES, jobs_waiting
from assessment.states import JobKind, JobState, may_follow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assessment.models import Answer

# A worker extends it while it works (`workers.holding`), so one that has run out means
# a worker that is gone; somebody is waiting for what it had.
LEASE: Final = timedelta(seconds=60)


@transaction.atomic
def job_queue(*, kind: JobKind, answer: Answer | None = None) -> Job:
    """Write a new piece of work and send its id once this transaction commits."""
    now = timezone.now()
    job = Job.objects.create(kind=kind, answer=answer, sent_at=now, changed_at=now)
    send_on_commit(TASKS[kind], job.pk)
    return job


@transaction.atomic
def job_move(
    job_id: int, *, old: JobState, new: JobState, code: str = "", detail: str = ""
) -> bool:
    """Move a job and say whether it was this call that moved it.

    False means somebody else was first (or the job is gone): leave it alone.

    Raises: `IllegalMove` when `new` may not follow `old`.
    """
    if not may_follow(old, new):
        message = f"A job cannot go from {old} to {new}."
        raise IllegalMove(message)
    now = timezone.now()
    moved = Job.objects.filter(pk=job_id, state=old).update(
        state=new, changed_at=now, code=code, detail=detail, lease_until=None
    )
    if not moved:
        return False
    JobEvent.objects.create(job_id=job_id, old=old, new=new, code=code, at=now)
    return True


@transaction.atomic
def job_claim(job_id: int) -> bool:
    """Take a queued job for this worker and count the try."""
    if not job_move(job_id, old=JobState.QUEUED, new=JobState.RUNNING):
        return False
    Job.objects.filter(pk=job_id).update(
        tries=F("tries") + 1, lease_until=timezone.now() + LEASE
    )
    return True


@transaction.atomic
def jobs_claim_waiting(kind: JobKind, *, most: int) -> list[int]:
    """Take up to `most` queued jobs of a kind for this worker, the oldest first.

    Only jobs that nobody has tried: one that was lost or given back may be what ends
    a worker, and is graded alone. Returns the ids of the jobs that are now ours.
    """
    waiting = list(jobs_waiting(kind).values_list("pk", flat=True)[:most])
    return [job_id for job_id in waiting if job_claim(job_id)]


def jobs_keep(job_ids: Sequence[int]) -> None:
    """Extend the leases of those of these jobs that still run."""
    Job.objects.filter(pk__in=job_ids, state=JobState.RUNNING).update(
        lease_until=timezone.now() + LEASE
    )


@transaction.atomic
def job_give_back(
    job_id: int, *, code: str, retryable: bool, detail: str = "", later: bool = False
) -> None:
    """Queue a running job again after a fault of ours, or give it up.

    A fault that time cannot heal, or the third try, ends in `FAILED`. With `later`
    no message is sent now; the sweep sends one when `RESEND_AFTER` is over.
    """
    job = Job.objects.get(pk=job_id)
    if not (retryable and job.tries < MAX_TRIES):
        job_move(
            job_id, old=JobState.RUNNING, new=JobState.FAILED, code=code, detail=detail
        )
    elif job_move(
        job_id, old=JobState.RUNNING, new=JobState.QUEUED, code=code, detail=detail
    ):
        if later:
            Job.objects.filter(pk=job_id).update(sent_at=timezone.now())
        else:
            job_send(job_id)


@transaction.atomic
def job_send(job_id: int) -> None:
    """Send a queued job's message again; a second message does no harm."""
    job = Job.objects.get(pk=job_id)
    Job.objects.filter(pk=job_id).update(sent_at=timezone.now())
    send_on_commit(TASKS[JobKind(job.kind)], job_id)


@transaction.atomic
def job_retry(job_id: int) -> bool:
    """Queue a held or failed job again with fresh tries; say whether it moved."""
    for old in (JobState.HELD, JobState.FAILED):
        if job_move(job_id, old=old, new=JobState.QUEUED, code="retried"):
            Job.objects.filter(pk=job_id).update(tries=0)
            job_send(job_id)
            return True
    return False
