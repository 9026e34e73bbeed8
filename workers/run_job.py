"""Carry one job from queued to an end state, whatever happens between."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from assessment.services.grades import grade_store, trial_store
from assessment.services.jobs import job_claim, job_give_back, job_move
from assessment.states import JobState
from grading.errors import AuthorFault, ServiceFault
from grading.results import as_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from grading.results import SpeedGrade, TextGrade

log = logging.getLogger(__name__)


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


def _graded(
    job_id: int, grade: Callable[[int], TextGrade | SpeedGrade]
) -> TextGrade | SpeedGrade | None:
    if not job_claim(job_id):
        return None
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
