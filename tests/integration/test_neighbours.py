"""What one candidate does wrong leaves every other candidate's data as it was."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from assessment.models import Answer, Attempt, Grade, Job
from assessment.services.answers import LONGEST_TEXT
from assessment.services.attempts import attempt_enter, attempt_start
from assessment.states import AttemptState
from assessment.web.candidate_browser import SITTING_COOKIE
from grading.results import SpeedGrade, Verdict
from tests.make.assessment import make_assessment, make_attempt, make_invitation
from workers.run_job import run_job

pytestmark = pytest.mark.django_db

STRANGE = ["\x00" * 10, "\u202eabc", " \n\t ", "x" * 1_000_000, "\ud800"]


def rows_of(attempt: Attempt):
    """Everything that is stored of a sitting, as plain values."""
    return (
        list(Attempt.objects.filter(pk=attempt.pk).values()),
        list(Answer.objects.filter(item__attempt=attempt).order_by("pk").values()),
        list(Job.objects.filter(answer__item__attempt=attempt).order_by("pk").values()),
        list(Grade.objects.filter(answer__item__attempt=attempt).values()),
    )


@pytest.mark.parametrize("text", STRANGE, ids=["nul", "bidi", "blank", "1MB", "lone"])
def test_a_strange_answer_is_its_candidates_alone(text):
    assessment = make_assessment()
    neighbour = make_attempt(AttemptState.STARTED, assessment=assessment)
    before = rows_of(neighbour)
    _, token = make_invitation(assessment=assessment)
    attempt, secret = attempt_enter(token=token, now=timezone.now())
    attempt_start(attempt=attempt, now=timezone.now())
    client = Client()
    client.cookies[SITTING_COOKIE] = secret

    for position in (1, 2):
        response = client.put(
            f"/a/{attempt.uid}/{position}/draft",
            {
                "text": text,
                "base_revision": 0,
                "client_id": "t",
                "client_seq": 1,
                "language": "en",
            },
            content_type="application/json",
        )
        refused = len(text) > LONGEST_TEXT
        assert response.status_code == (413 if refused else 200), response.content

    assert rows_of(neighbour) == before


@pytest.mark.parametrize(
    "verdict",
    [Verdict.LOAD_FAILED, Verdict.TIME_LIMIT, Verdict.CRASHED, Verdict.MEMORY_LIMIT],
)
def test_broken_code_is_a_verdict_of_its_own_and_nobody_elses(verdict):
    assessment = make_assessment()
    neighbour = make_attempt(AttemptState.SUBMITTED, assessment=assessment)
    mine = make_attempt(AttemptState.SUBMITTED, assessment=assessment)
    before = rows_of(neighbour)
    job = Job.objects.filter(answer__item__attempt=mine, kind="speed").get()
    grade = SpeedGrade(
        verdict=verdict,
        reason="It did not end well.",
        score=0.0,
        speedup=None,
        low=None,
        high=None,
        credited=None,
        cases=(),
        pairs=0,
        baseline_seconds=(),
        candidate_seconds=(),
        clock="cpu",
        device="cpu",
        machine={},
        seconds=1.0,
    )
    run_job(job.pk, lambda job_id: grade)

    assert Grade.objects.get(job=job).body["verdict"] == verdict
    assert rows_of(neighbour) == before
