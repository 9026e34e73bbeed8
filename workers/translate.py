"""From rows to what the graders take; the only place that knows both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from assessment.models import AttemptItem, Job, Trial
from bank.bodies import rubric_of
from bank.definitions import Kind
from grading.errors import TaskBroken
from grading.inputs import SpeedSubmission, TextAnswer, task_digest

if TYPE_CHECKING:
    from assessment.models import Answer
    from grading.inputs import Rubric


def text_answer_of(job_id: int) -> TextAnswer:
    """Return the answer of a text job against exactly the version that was asked."""
    job = Job.objects.select_related("answer__item__version").get(pk=job_id)
    answer = job.answer
    if answer is None:
        message = f"job {job_id} has no answer"
        raise ValueError(message)
    return text_answer_from(answer)


def text_answer_from(answer: Answer) -> TextAnswer:
    """Return a stored answer against exactly the version that was asked."""
    return TextAnswer(
        text=answer.text,
        language=answer.language,
        rubric=rubric_of(answer.item.version.body),
    )


def text_rubrics_of(attempt_id: int) -> dict[int, Rubric]:
    """Return the rubrics of an attempt's text questions, by their version's row."""
    items = AttemptItem.objects.select_related("version").filter(
        attempt_id=attempt_id, version__question__kind=Kind.TEXT
    )
    return {item.version_id: rubric_of(item.version.body) for item in items}


def speed_submission_of(job_id: int) -> SpeedSubmission:
    """Return the code of a speed job with the task that was asked.

    Raises: `TaskBroken` when the task's files are not those of the version asked.
    """
    job = Job.objects.select_related("answer__item__version__question").get(pk=job_id)
    answer = job.answer
    if answer is None:
        message = f"job {job_id} has no answer"
        raise ValueError(message)
    # Each further try may measure longer than the one before.
    return _submission(answer.item, answer.text, patience=float(max(1, job.tries)))


def trial_submission_of(job_id: int) -> SpeedSubmission:
    """Return the code of a candidate's quick run.

    Raises: as `speed_submission_of`.
    """
    trial = Trial.objects.select_related("item__version__question").get(job_id=job_id)
    return _submission(trial.item, trial.source)


def _submission(
    item: AttemptItem, source: str, *, patience: float = 1.0
) -> SpeedSubmission:
    folder = settings.BANK_FOLDER / item.version.question.slug
    if not folder.is_dir():
        message = f"the folder of task {folder.name} is gone"
        raise TaskBroken(message)
    if task_digest(folder) != item.version.body["digest"]:
        message = (
            f"the files of task {folder.name} are not those of the version that was "
            "asked; publish the folder again, or bring the old files back"
        )
        raise TaskBroken(message)
    return SpeedSubmission(
        source=source.encode(),
        task_folder=folder,
        device=settings.DEVICE,
        patience=patience,
    )
