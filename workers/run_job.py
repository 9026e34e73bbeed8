"""Carry one job from queued to an end state, whatever happens between."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from celery.exceptions import SoftTimeLimitExceeded

from assessment.models import Job
from assessment.services.grades import grade_store, trial_store
from assessment.services.jobs import (
    job_claim,
    job_give_back,
    job_move,
    jobs_claim_waiting,
)
from assessment.states import JobState
from grading.errors import AuthorFault, ServiceFault
from grading.results import as_json
from workers.holding import held

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assessment.states import JobKind
    from grading.results import SpeedGrade, TextGrade

log = logging.getLogger(__name__)

# A batch of 17 answers takes one to two seconds of a core, and the first of them is
# stored when the last is graded. Larger batches gain next to nothing.
TAKEN_ALONG: Final = 16


def run_job(job_id: int, grade: Callable[[int], TextGrade | SpeedGrade]) -> None:
    """Claim a job, grade it, store the result; or record who is at fault.

    A job that somebody else holds is left alone, so a message delivered twice
    does no harm. An exception we did not foresee goes up to Celery's log and
    leaves the job running; the sweep gives it back.
    """
    result = _graded(job_id, grade)
    if result is not None:
        grade_store(job_id, score=result.score, body=as_json(result))


def run_trial(job_id: int, grade: Callable[[int], SpeedGrade]) -> None:
    """As `run_job`, for a candidate's quick run, which never becomes a mark."""
    result = _graded(job_id, grade)
    if result is not None:
        trial_store(job_id, body=as_json(result))


def run_batch(
    job_id: int,
    grade: Callable[[Sequence[int]], Sequence[TextGrade]],
    *,
    kind: JobKind,
    most: int = TAKEN_ALONG,
) -> None:
    """As `run_job`, and up to `most` jobs that wait behind this one along with it.

    Nobody waits for a batch to fill: what is queued at this moment comes along, which
    may be nothing. Its messages arrive later and find the jobs taken. A batch that
    cannot be graded as a whole is graded job by job, so that what is wrong with one
    answer or its question touches no other. A job that was tried before goes alone,
    as it may be the one that ended a worker.
    """
    if not job_claim(job_id):
        return
    taken = [job_id]
    if not Job.objects.filter(pk=job_id, tries__gt=1).exists():
        taken += jobs_claim_waiting(kind, most=most)
    with held(taken):
        grades = _together(taken, grade) if len(taken) > 1 else None
        if grades is None:
            _one_by_one(taken, grade)
            return
        for one, result in zip(taken, grades, strict=True):
            grade_store(one, score=result.score, body=as_json(result))


def _together(
    job_ids: Sequence[int], grade: Callable[[Sequence[int]], Sequence[TextGrade]]
) -> Sequence[TextGrade] | None:
    """Return the grades of all jobs, or None when one of them stands in the way."""
    try:
        return grade(job_ids)
    except SoftTimeLimitExceeded:
        raise
    except Exception as fault:  # noqa: BLE001  # met again when its job goes alone
        log.warning("%s jobs are graded one by one: %s", len(job_ids), fault)
        return None


def _one_by_one(
    job_ids: Sequence[int], grade: Callable[[Sequence[int]], Sequence[TextGrade]]
) -> None:
    """Carry each job to its end; what nobody foresaw goes up when all are through."""
    unforeseen: list[Exception] = []
    for job_id in job_ids:
        try:
            result = _recorded(job_id, lambda alone: grade((alone,))[0])
        except SoftTimeLimitExceeded:
            raise  # no time is left for the others; the sweep gives them back
        except Exception as bug:
            log.exception("job %s met what nobody foresaw", job_id)
            unforeseen.append(bug)
            continue
        if result is not None:
            grade_store(job_id, score=result.score, body=as_json(result))
    if unforeseen:
        raise unforeseen[0]


def _graded(
    job_id: int, grade: Callable[[int], TextGrade | SpeedGrade]
) -> TextGrade | SpeedGrade | None:
    if not job_claim(job_id):
        return None
    with held((job_id,)):
        return _recorded(job_id, grade)


def _recorded(
    job_id: int, grade: Callable[[int], TextGrade | SpeedGrade]
) -> TextGrade | SpeedGrade | None:
    """Grade a job that is ours, or record who is at fault."""
    try:
        return grade(job_id)
    except AuthorFault as fault:
        log.warning("job %s is held: %s %s", job_id, fault.code, fault)
        job_move(
            job_id,
            old=JobState.RUNNING,
            new=JobState.HELD,
            code=fault.code,
            detail=str(fault),
        )
    except ServiceFault as fault:
        log.warning("job %s is given back: %s %s", job_id, fault.code, fault)
        job_give_back(
            job_id,
            code=fault.code,
            retryable=fault.retryable,
            detail=str(fault),
            later=fault.later,
        )
    return None
