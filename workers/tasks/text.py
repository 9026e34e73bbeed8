"""Messages of the queue `text`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessment.dispatch import TASKS, app
from assessment.states import JobKind
from grading.text.grade import grade_text
from workers.encoder import background, encoder
from workers.run_job import run_job
from workers.translate import text_answer_of

if TYPE_CHECKING:
    from grading.results import TextGrade


@app.task(name=TASKS[JobKind.TEXT])
def text_job(job_id: int) -> None:
    """Grade one text answer."""
    run_job(job_id, _grade)


def _grade(job_id: int) -> TextGrade:
    return grade_text(text_answer_of(job_id), encoder(), background())
