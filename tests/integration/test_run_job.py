from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from assessment.dispatch import TASKS
from assessment.models import Grade, Job
from assessment.selectors.jobs import MAX_TRIES, RESEND_AFTER
from assessment.services.grades import grade_store
from assessment.services.jobs import LEASE, job_claim, job_retry
from assessment.services.sweeps import sweep_jobs
from assessment.states import AttemptState, JobKind, JobState
from grading.errors import (
    GuestProtocolBroken,
    NodeTooBusy,
    NoReferenceAnswer,
    SandboxUnavailable,
)
from grading.results import SpeedGrade, TextGrade, Verdict
from tests.make.assessment import make_assessment, make_attempt, make_question
from workers.run_job import run_job
from workers.tasks import speed

pytestmark = pytest.mark.django_db

GRADE = {
    "verdict": Verdict.FASTER,
    "reason": "told",
    "score": 0.0,
    "speedup": 1.2,
    "low": 0.9,
    "high": 1.5,
    "credited": 1.0,
    "cases": (),
    "pairs": 8,
    "baseline_seconds": (),
    "candidate_seconds": (),
    "clock": "cpu",
    "device": "cpu",
    "machine": {},
    "seconds": 1.0,
}

FULL = TextGrade(
    score=1.0,
    points=(),
    flags=(),
    engine="test@1",
    encoder="hash@1",
    device="cpu",
    language="en",
)


@pytest.fixture
def job(django_capture_on_commit_callbacks) -> Job:
    with django_capture_on_commit_callbacks(execute=True):
        make_attempt(
            AttemptState.SUBMITTED,
            assessment=make_assessment(questions=[make_question()]),
        )
    return Job.objects.get()


def failing_with(fault):
    def grade(job_id):
        raise fault

    return grade


def test_a_hand_in_sends_one_message_for_each_answer(job, sent):
    assert (TASKS[JobKind.TEXT], job.pk) in sent
    assert [task for task, _ in sent].count(TASKS[JobKind.TEXT]) == 1


def test_a_result_is_stored_with_the_end_of_its_job(job):
    run_job(job.pk, lambda job_id: FULL)

    job.refresh_from_db()
    grade = Grade.objects.get()
    assert job.state == JobState.GRADED
    assert grade.score == 1.0
    assert grade.body["encoder"] == "hash@1"
    assert grade.version == job.answer.item.version
    assert job.answer.item.attempt.state == AttemptState.GRADED


def test_a_message_delivered_twice_grades_once(job):
    run_job(job.pk, lambda job_id: FULL)
    run_job(job.pk, failing_with(AssertionError("graded again")))

    assert Grade.objects.count() == 1


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (NoReferenceAnswer(), JobState.HELD),
        (SandboxUnavailable("no jail"), JobState.QUEUED),
        (GuestProtocolBroken(), JobState.FAILED),
    ],
    ids=lambda value: getattr(value, "code", value),
)
def test_a_fault_never_becomes_a_score(job, fault, state):
    run_job(job.pk, failing_with(fault))

    job.refresh_from_db()
    assert job.state == state
    assert job.events.last().code == fault.code
    assert not Grade.objects.exists()
    assert job.answer.item.attempt.state == AttemptState.SUBMITTED


def test_the_third_failed_try_is_the_last(
    job, sent, django_capture_on_commit_callbacks
):
    sent.clear()
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(MAX_TRIES):
            run_job(job.pk, failing_with(SandboxUnavailable()))

    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert sent == [(TASKS[JobKind.TEXT], job.pk)] * (MAX_TRIES - 1)


def test_a_busy_machine_is_given_time_and_never_becomes_a_mark(
    job, sent, django_capture_on_commit_callbacks
):
    sent.clear()
    with django_capture_on_commit_callbacks(execute=True):
        run_job(job.pk, failing_with(NodeTooBusy("could not be told")))
    assert sent == []  # not at once: it would be as busy as before

    with django_capture_on_commit_callbacks(execute=True):
        sweep_jobs(timezone.now() + RESEND_AFTER + timedelta(seconds=1))
    assert sent == [(TASKS[JobKind.TEXT], job.pk)]

    for _ in range(MAX_TRIES - 1):
        run_job(job.pk, failing_with(NodeTooBusy("could not be told")))
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert not Grade.objects.exists()


def test_a_measurement_that_tells_nothing_is_no_grade(monkeypatch):
    grade = SpeedGrade(**GRADE | {"verdict": Verdict.INCONCLUSIVE})
    monkeypatch.setattr("workers.tasks.speed.grade_speed", lambda submission: grade)
    monkeypatch.setattr("workers.tasks.speed.speed_submission_of", lambda job_id: None)

    with pytest.raises(NodeTooBusy):
        speed.speed_grade_of(1)


def test_a_failed_job_can_be_retried_and_then_counts_anew(job):
    run_job(job.pk, failing_with(GuestProtocolBroken()))

    assert job_retry(job.pk)
    run_job(job.pk, lambda job_id: FULL)

    job.refresh_from_db()
    assert (job.state, job.tries) == (JobState.GRADED, 1)


def test_an_unforeseen_exception_goes_up_and_the_sweep_brings_the_job_back(job):
    with pytest.raises(ZeroDivisionError):
        run_job(job.pk, failing_with(ZeroDivisionError()))
    job.refresh_from_db()
    assert job.state == JobState.RUNNING

    sweep_jobs(timezone.now())
    job.refresh_from_db()
    assert job.state == JobState.RUNNING  # its lease is not over

    sweep_jobs(timezone.now() + LEASE + timedelta(seconds=1))
    job.refresh_from_db()
    assert job.state == JobState.QUEUED
    assert job.events.last().code == "service.worker_lost"


def test_a_message_that_the_broker_lost_is_sent_again(
    job, sent, django_capture_on_commit_callbacks
):
    sent.clear()
    with django_capture_on_commit_callbacks(execute=True):
        sweep_jobs(timezone.now())
    assert sent == []  # it may still be in the queue

    with django_capture_on_commit_callbacks(execute=True):
        sweep_jobs(timezone.now() + RESEND_AFTER + timedelta(seconds=1))
    assert sent == [(TASKS[JobKind.TEXT], job.pk)]


def test_a_worker_that_comes_back_late_does_not_overwrite(job):
    assert job_claim(job.pk)
    sweep_jobs(timezone.now() + LEASE + timedelta(seconds=1))
    run_job(job.pk, lambda job_id: FULL)

    late = Grade.objects.count()
    assert not grade_store(job.pk, score=0.0, body={})
    assert Grade.objects.count() == late == 1
    assert Grade.objects.get().score == 1.0
