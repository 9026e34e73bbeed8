"""Messages of the queue `speed`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessment.dispatch import TASKS, app
from assessment.selectors.jobs import is_last_try
from assessment.states import JobKind
from grading.errors import NodeTooBusy
from grading.results import Verdict
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
    """Judge a submission; one that could not be told apart is measured again.

    How widely a measurement scatters is our machine's doing, so it costs the
    candidate nothing before the last try.

    Raises: `NodeTooBusy` while tries are left.
    """
    grade = grade_speed(speed_submission_of(job_id))
    if grade.verdict is Verdict.INCONCLUSIVE and not is_last_try(job_id):
        raise NodeTooBusy(grade.reason)
    return grade


def _try(job_id: int) -> SpeedGrade:
    return try_speed(trial_submission_of(job_id))
