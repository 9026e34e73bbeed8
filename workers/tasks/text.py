"""Messages of the queue `text`."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from assessment.dispatch import PREPARE_TASK, TASKS, app
from assessment.states import JobKind
from grading.errors import GradingError
from grading.text.grade import grade_many
from workers.encoder import background, encoder, prepare
from workers.run_job import run_batch
from workers.translate import text_answer_of, text_rubrics_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grading.results import TextGrade


log = logging.getLogger(__name__)


@app.task(name=TASKS[JobKind.TEXT])
def text_job(job_id: int) -> None:
    """Grade one text answer, and those that wait behind it in the same batch."""
    run_batch(job_id, _grades, kind=JobKind.TEXT)


@app.task(name=PREPARE_TASK)
def prepare_attempt(attempt_id: int) -> None:
    """Encode the rubrics of an attempt that has begun, so that no answer waits for it.

    Nothing depends on it: what it does not do, the first answer's mark does.
    """
    try:
        for version_id, rubric in text_rubrics_of(attempt_id).items():
            prepare(version_id, rubric)
    except GradingError as error:
        log.warning("attempt %s is not prepared: %s", attempt_id, error)


def _grades(job_ids: Sequence[int]) -> list[TextGrade]:
    answers = [text_answer_of(job_id) for job_id in job_ids]
    return grade_many(answers, encoder(), background())
