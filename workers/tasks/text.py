"""Messages of the queue `text`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessment.dispatch import TASKS, app
from assessment.states import JobKind
from grading.text.grade import grade_many
from workers.encoder import background, encoder
from workers.run_job import run_batch
from workers.translate import text_answer_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grading.results import TextGrade


@app.task(name=TASKS[JobKind.TEXT])
def text_job(job_id: int) -> None:
    """Grade one text answer, and those that wait behind it in the same batch."""
    run_batch(job_id, _grades, kind=JobKind.TEXT)


def _grades(job_ids: Sequence[int]) -> list[TextGrade]:
    answers = [text_answer_of(job_id) for job_id in job_ids]
    return grade_many(answers, encoder(), background())
