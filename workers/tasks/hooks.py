"""Messages of the queue `hooks`: deliveries, and the sweeps that run on a clock."""

from __future__ import annotations

from django.utils import timezone

from assessment import dispatch
from assessment.dispatch import app
from assessment.services import sweeps
from assessment.webhooks.outgoing import deliver


@app.task(name=dispatch.DELIVER_TASK)
def deliver_webhook(delivery_id: int) -> None:
    """Send one webhook message."""
    deliver(delivery_id)


@app.task(name=dispatch.SWEEP_JOBS_TASK)
def sweep_jobs() -> None:
    """Bring lost grading work back."""
    sweeps.sweep_jobs(timezone.now())


@app.task(name=dispatch.SWEEP_ATTEMPTS_TASK)
def sweep_attempts() -> None:
    """Hand in what is over its time."""
    sweeps.sweep_attempts(timezone.now())


@app.task(name=dispatch.SWEEP_DELIVERIES_TASK)
def sweep_deliveries() -> None:
    """Send messages whose next try is due."""
    sweeps.sweep_deliveries(timezone.now())
