"""Marks of the real model, stored, explained and graded again."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command

from assessment import dispatch
from assessment.models import Grade, Job
from assessment.states import AttemptState, JobState
from grading.text.background import background_of
from tests.make.assessment import (
    TEXT_ANSWER_ZH,
    make_assessment,
    make_attempt,
    make_question,
    text_question,
)
from workers import encoder as held
from workers.tasks.text import text_job

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt(real, monkeypatch):
    """An attempt whose answer a worker with the real model has marked."""
    monkeypatch.setattr(dispatch.app, "send_task", lambda *_args, **_options: None)
    monkeypatch.setattr(held, "_held", {"encoder": real})
    ground = background_of([text_question().rubric])
    monkeypatch.setattr(held, "_backgrounds", {"background": ground})
    made = make_attempt(
        AttemptState.SUBMITTED,
        assessment=make_assessment(questions=[make_question()]),
        answers=[TEXT_ANSWER_ZH],
    )
    job = Job.objects.get()
    text_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.GRADED
    return made


def told(*arguments) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_a_mark_of_the_model_comes_out_again_from_what_was_stored(attempt):
    found = json.loads(told("explain_grade", str(attempt.uid), "1", "--json"))

    assert found["agrees"]
    assert found["computed_again"] == found["score"]
    assert found["grade"]["encoder"].startswith("multilingual-e5-small@")
    assert "standing" in told("explain_grade", str(attempt.uid), "1")


def test_what_todays_engine_marked_stays_and_an_older_mark_moves(attempt):
    stored = Grade.objects.get()
    same = told("regrade", "--all")

    assert "graded like this already: 1" in same
    older = stored.body | {"engine": "key-points@0", "score": stored.score / 2 + 0.25}
    Grade.objects.update(body=older, score=older["score"])
    dry = told("regrade", "--all", "--dry-run", "--engine-before", "key-points@1")
    assert Grade.objects.count() == 1
    moved = told("regrade", "--all", "--engine-before", "key-points@1")

    assert f"-> {stored.score:.2f}" in dry
    assert "stored: 1" in moved
    assert Grade.objects.latest("pk").score == pytest.approx(stored.score, abs=0.005)
