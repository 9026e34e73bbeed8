"""Waiting text jobs are graded along with the one whose message came."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone

from assessment.models import Grade, Job
from assessment.selectors.jobs import MAX_TRIES
from assessment.services.jobs import LEASE, job_claim, jobs_claim_waiting
from assessment.services.sweeps import sweep_jobs
from assessment.states import AttemptState, JobKind, JobState
from grading.errors import EncoderUnavailable, NoReferenceAnswer
from grading.text.background import BUILT_IN
from grading.text.encoder import HashEncoder
from grading.text.vectors import Remembering
from tests.make.assessment import (
    make_assessment,
    make_attempt,
    make_question,
    make_speed_question,
    text_question,
)
from workers.run_job import TAKEN_ALONG, run_batch
from workers.tasks import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def grades(monkeypatch):
    """The text task with letters for an encoder; the batches that it graded."""
    letters = Remembering(HashEncoder())
    monkeypatch.setattr(text, "encoder", lambda: letters)
    monkeypatch.setattr(text, "background", lambda: BUILT_IN)
    batches = []
    whole = text._grades  # noqa: SLF001  # what the task hands to `run_batch`

    def noted(job_ids):
        batches.append(tuple(job_ids))
        return whole(job_ids)

    monkeypatch.setattr(text, "_grades", noted)
    return batches


def hand_in(count, *questions):
    """Hand in `count` attempts; return the text jobs, the oldest first."""
    before = set(Job.objects.values_list("pk", flat=True))
    assessment = make_assessment(questions=questions or [make_question()])
    for _ in range(count):
        make_attempt(AttemptState.SUBMITTED, assessment=assessment)
    text_jobs = Job.objects.filter(kind=JobKind.TEXT).exclude(pk__in=before)
    return list(text_jobs.order_by("pk").values_list("pk", flat=True))


def states():
    return dict(Job.objects.values_list("pk", "state"))


def test_a_single_hand_in_is_graded_at_once_and_alone(grades):
    (job,) = hand_in(1)

    text.text_job(job)

    assert grades == [(job,)]
    assert states() == {job: JobState.GRADED}
    assert Grade.objects.get().body["encoder"] == "hash@1"


def test_what_waits_comes_along_in_one_batch_and_has_the_mark_it_has_alone(grades):
    jobs = hand_in(4)
    alone = text.grade_many(
        [text.text_answer_of(jobs[0])], text.encoder(), text.background()
    )

    text.text_job(jobs[0])

    assert grades == [tuple(jobs)]
    assert set(states().values()) == {JobState.GRADED}
    assert set(Grade.objects.values_list("score", flat=True)) == {alone[0].score}


def test_messages_of_jobs_that_were_taken_along_do_nothing(grades):
    jobs = hand_in(3)

    for job in jobs:
        text.text_job(job)

    assert grades == [tuple(jobs)]
    assert Grade.objects.count() == len(jobs)
    assert set(Job.objects.values_list("tries", flat=True)) == {1}


def test_the_oldest_come_along_first_and_no_more_than_the_limit(grades):
    jobs = hand_in(TAKEN_ALONG + 3)
    last = jobs[-1]

    text.text_job(last)

    assert grades == [(last, *jobs[:TAKEN_ALONG])]
    assert [job for job in jobs if states()[job] == JobState.QUEUED] == jobs[-3:-1]


def test_only_waiting_text_jobs_come_along(grades):
    jobs = hand_in(3, make_question(), make_speed_question())
    assert job_claim(jobs[1])  # another worker has it

    text.text_job(jobs[0])

    assert grades == [(jobs[0], jobs[2])]
    assert states()[jobs[1]] == JobState.RUNNING
    speed = Job.objects.filter(kind=JobKind.SPEED)
    assert {job.state for job in speed} == {JobState.QUEUED}


def test_a_job_is_taken_by_one_worker_only():
    jobs = hand_in(3)

    first = jobs_claim_waiting(JobKind.TEXT, most=2)
    second = jobs_claim_waiting(JobKind.TEXT, most=2)

    assert (first, second) == (jobs[:2], jobs[2:])
    leases = Job.objects.values_list("lease_until", flat=True)
    assert all(lease > timezone.now() + LEASE / 2 for lease in leases)


def test_a_question_that_cannot_be_graded_holds_its_own_job_alone(grades, monkeypatch):
    jobs = hand_in(3)
    broken = jobs[1]
    read = text.text_answer_of

    def answer_of(job_id):
        if job_id == broken:
            raise NoReferenceAnswer
        return read(job_id)

    monkeypatch.setattr(text, "text_answer_of", answer_of)
    text.text_job(jobs[0])

    held = Job.objects.get(pk=broken)
    assert (held.state, held.code) == (JobState.HELD, NoReferenceAnswer.code)
    assert [states()[job] for job in (jobs[0], jobs[2])] == [JobState.GRADED] * 2
    assert Grade.objects.count() == 2
    assert grades == [tuple(jobs), *((job,) for job in jobs)]


def test_a_rubric_without_points_holds_only_its_own_job(grades):
    jobs = hand_in(1, make_question("whole"))
    hollow = dataclasses.replace(text_question().rubric, key_points=())
    jobs += hand_in(1, make_question("hollow", rubric=hollow))

    text.text_job(jobs[0])

    assert states() == {jobs[0]: JobState.GRADED, jobs[1]: JobState.HELD}
    assert len(grades) == 3  # together, then one by one


def test_what_nobody_foresaw_goes_up_after_the_others_are_graded():
    jobs = hand_in(3)

    def grade(job_ids):
        if jobs[0] in job_ids:
            raise ZeroDivisionError
        return graded(job_ids)

    with pytest.raises(ZeroDivisionError):
        run_batch(jobs[0], grade, kind=JobKind.TEXT)

    assert states() == {
        jobs[0]: JobState.RUNNING,
        jobs[1]: JobState.GRADED,
        jobs[2]: JobState.GRADED,
    }


def test_a_fault_of_ours_gives_every_job_back_and_scores_none(
    django_capture_on_commit_callbacks,
):
    jobs = hand_in(2)

    with django_capture_on_commit_callbacks(execute=True):
        run_batch(jobs[0], failing_with(EncoderUnavailable("gone")), kind=JobKind.TEXT)

    assert states() == dict.fromkeys(jobs, JobState.QUEUED)
    assert not Grade.objects.exists()


def test_a_job_that_was_tried_before_goes_alone():
    jobs = hand_in(3)
    assert job_claim(jobs[0])
    sweep_jobs(timezone.now() + LEASE + timedelta(seconds=1))  # its worker is gone
    seen = []

    def grade(job_ids):
        seen.append(tuple(job_ids))
        return graded(job_ids)

    run_batch(jobs[1], grade, kind=JobKind.TEXT)
    run_batch(jobs[0], grade, kind=JobKind.TEXT)

    assert seen == [tuple(jobs[1:]), (jobs[0],)]
    assert set(states().values()) == {JobState.GRADED}


def test_a_batch_that_ends_its_worker_costs_each_job_one_try_and_no_mark():
    jobs = hand_in(2)

    with pytest.raises(SoftTimeLimitExceeded):
        run_batch(jobs[0], failing_with(SoftTimeLimitExceeded()), kind=JobKind.TEXT)
    assert states() == dict.fromkeys(jobs, JobState.RUNNING)

    sweep_jobs(timezone.now() + LEASE + timedelta(seconds=1))
    assert states() == dict.fromkeys(jobs, JobState.QUEUED)
    assert set(Job.objects.values_list("tries", flat=True)) == {1}
    assert MAX_TRIES > 1
    assert not Grade.objects.exists()


def failing_with(fault):
    def grade(job_ids):
        raise fault

    return grade


def graded(job_ids):
    """Grade jobs with letters, as the task does."""
    answers = [text.text_answer_of(job_id) for job_id in job_ids]
    return text.grade_many(answers, HashEncoder(), BUILT_IN)
