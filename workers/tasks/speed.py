"""Messages of the queue `speed`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessment.dispatch import TASKS, app
from assessment.states import JobKind
from grading.speed.grade import grade_speed, try_speed
from workers.run_job import run_job, run_trial
from workers.translate import speed_submission_of, trial_submission_of

if TYPE_CHECKING:
    from grading.results import SpeedGrade


@app.task(name=TASKS[JobKind.SPEED])
def speed_job(job_id: int) -> None:
    """Judge code that was handed in."""
    run_job(job_id, _judge)


@app.task(name=TASKS[JobKind.TRIAL])
def trial_job(job_id: int) -> None:
    """Run a candidate's code once, quickly."""
    run_trial(job_id, _try)


def _judge(job_id: int) -> SpeedGrade:
    return grade_speed(speed_submission_of(job_id))


def _try(job_id: int) -> SpeedGrade:
    return try_speed(trial_submission_of(job_id))
