"""A job stays a worker's while it works on it, and not longer."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from assessment.models import Job
from assessment.services.jobs import LEASE, job_claim
from assessment.services.sweeps import sweep_jobs
from assessment.states import AttemptState, JobState
from tests.make.assessment import make_assessment, make_attempt, make_question
from workers import holding
from workers.holding import held

OFTEN = 0.02  # seconds
SOON = 20.0  # seconds; a busy machine's


def running_job():
    attempt = make_attempt(
        AttemptState.SUBMITTED, assessment=make_assessment(questions=[make_question()])
    )
    job = Job.objects.get(answer__item__attempt=attempt)
    assert job_claim(job.pk)
    return job


def run_out(job):
    Job.objects.filter(pk=job.pk).update(
        lease_until=timezone.now() - timedelta(seconds=1)
    )


def is_extended(job, *, within):
    end = time.monotonic() + within
    while time.monotonic() < end:
        job.refresh_from_db()
        if job.lease_until > timezone.now() + LEASE / 2:
            return True
        time.sleep(OFTEN)
    return False


@pytest.mark.django_db(transaction=True)
def test_a_lease_is_extended_while_its_job_is_worked_on_and_not_afterwards():
    job, other = running_job(), running_job()

    with held((job.pk,), every_seconds=OFTEN):
        run_out(job)
        run_out(other)
        assert is_extended(job, within=SOON)
        sweep_jobs(timezone.now())
    states = dict(Job.objects.values_list("pk", "state"))
    assert states == {job.pk: JobState.RUNNING, other.pk: JobState.QUEUED}

    run_out(job)
    assert not is_extended(job, within=10 * OFTEN)
    sweep_jobs(timezone.now())
    job.refresh_from_db()
    assert job.state == JobState.QUEUED


@pytest.mark.django_db(transaction=True)
def test_a_job_that_came_to_its_end_has_no_lease_again():
    job = running_job()

    with held((job.pk,), every_seconds=OFTEN):
        Job.objects.filter(pk=job.pk).update(state=JobState.GRADED, lease_until=None)
        time.sleep(10 * OFTEN)

    job.refresh_from_db()
    assert job.lease_until is None


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_for_a_moment_stops_neither_work_nor_leases(
    monkeypatch, caplog
):
    job = running_job()
    keep, failures = holding.jobs_keep, iter((DatabaseError("away"),))

    def keep_later(job_ids):
        for failure in failures:
            raise failure
        keep(job_ids)

    monkeypatch.setattr(holding, "jobs_keep", keep_later)
    with held((job.pk,), every_seconds=OFTEN):
        run_out(job)
        assert is_extended(job, within=SOON)

    assert "away" in caplog.text


def test_whoever_works_is_rid_of_the_jobs_when_the_work_fails():
    with pytest.raises(ZeroDivisionError), held((1,)):
        raise ZeroDivisionError
