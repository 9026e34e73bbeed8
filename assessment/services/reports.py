"""Release scorecards: from here on a result may leave the house."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from assessment.errors import NotReady
from assessment.models import Report
from assessment.services.attempts import attempt_move
from assessment.services.webhooks import event_record
from assessment.states import AttemptState

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import User

    from assessment.models import Attempt


@transaction.atomic
def report_release(
    *, attempt: Attempt, body: dict[str, Any], by: User, now: datetime
) -> Report:
    """Freeze a reviewed scorecard and tell the hiring system.

    `body` is the scorecard as JSON (`assessment.reports`).

    Raises: `NotReady` unless a person has reviewed the scorecard.
    """
    if not attempt_move(
        attempt.pk,
        old=AttemptState.REVIEWED,
        new=AttemptState.RELEASED,
        by=by,
        now=now,
    ):
        message = "A scorecard is released after a person has reviewed it."
        raise NotReady(message)
    report = Report.objects.create(
        attempt=attempt, body=body, released_by=by, released_at=now
    )
    attempt.refresh_from_db()
    event_record(attempt=attempt, event_type="report.released", now=now)
    return report
