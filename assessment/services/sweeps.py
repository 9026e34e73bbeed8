"""Bring back what got lost and end what is over. Run often; harmless twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessment.dispatch import DELIVER_TASK, send_on_commit
from assessment.selectors.attempts import (
    attempts_complete_but_waiting,
    attempts_expired_at,
    attempts_over_at,
)
from assessment.selectors.jobs import jobs_lost_at, jobs_unheard_at
from assessment.selectors.webhooks import deliveries_due
from assessment.services.attempts import (
    attempt_close_if_over,
    attempt_expire,
    attempt_grade_if_complete,
)
from assessment.services.idempotency import answers_expire
from assessment.services.jobs import job_give_back, job_send

if TYPE_CHECKING:
    from datetime import datetime

# One sweep takes so many of each; the next one takes the rest.
BATCH = 200


def sweep_jobs(now: datetime) -> int:
    """Give lost jobs back and send unheard messages again; return how many."""
    count = 0
    for job_id in jobs_lost_at(now).values_list("pk", flat=True)[:BATCH]:
        job_give_back(job_id, code="service.worker_lost", retryable=True)
        count += 1
    for job_id in jobs_unheard_at(now).values_list("pk", flat=True)[:BATCH]:
        job_send(job_id)
        count += 1
    return count


def sweep_attempts(now: datetime) -> int:
    """Hand in what is over its time, expire and complete; return how many moved."""
    count = 0
    for attempt in attempts_over_at(now)[:BATCH]:
        count += attempt_close_if_over(attempt=attempt, now=now)
    for attempt in attempts_expired_at(now)[:BATCH]:
        count += attempt_expire(attempt=attempt, now=now)
    for attempt in attempts_complete_but_waiting()[:BATCH]:
        count += attempt_grade_if_complete(attempt=attempt)
    return count


def sweep_deliveries(now: datetime) -> int:
    """Send the messages whose next try is due and forget old answers.

    Returns how many messages were sent.
    """
    answers_expire(now)
    count = 0
    for delivery_id in deliveries_due(now).values_list("pk", flat=True)[:BATCH]:
        send_on_commit(DELIVER_TASK, delivery_id)
        count += 1
    return count
