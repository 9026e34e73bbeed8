"""Messages of the queue `speed`."""

from __future__ import annotations

import logging
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING

from redis.exceptions import RedisError

from assessment.dispatch import TASKS, app
from assessment.services.trials import trial_progress_note
from assessment.states import JobKind
from grading.errors import NodeTooBusy
from grading.results import Verdict
from grading.speed.grade import grade_speed, try_speed
from workers.run_job import run_job, run_trial
from workers.translate import speed_submission_of, trial_submission_of

if TYPE_CHECKING:
    from grading.results import SpeedGrade
    from grading.speed.progress import Progress

log = logging.getLogger(__name__)


@app.task(name=TASKS[JobKind.SPEED])
def speed_job(job_id: int) -> None:
    """Judge code that was handed in."""
    run_job(job_id, speed_grade_of)


@app.task(name=TASKS[JobKind.TRIAL])
def trial_job(job_id: int) -> None:
    """Run a candidate's code once, quickly."""
    run_trial(job_id, _try)


def speed_grade_of(job_id: int) -> SpeedGrade:
    """Judge a submission.

    How widely a measurement scatters is our machine's doing: one that tells nothing
    is taken again, later and with more patience, and never becomes a mark.

    Raises: `NodeTooBusy` when baseline and submission could not be told apart.
    """
    grade = grade_speed(speed_submission_of(job_id))
    if grade.verdict is Verdict.INCONCLUSIVE:
        raise NodeTooBusy(grade.reason)
    return grade


def _try(job_id: int) -> SpeedGrade:
    return try_speed(trial_submission_of(job_id), watch=partial(_note, job_id))


def _note(job_id: int, progress: Progress) -> None:
    """Let the candidate's page see how far the run is; nothing depends on it."""
    body = {**asdict(progress), "stage": progress.stage.value}
    try:
        trial_progress_note(job_id, body)
    except (RedisError, OSError):
        log.warning("how far job %s is cannot be told: no cache", job_id)
