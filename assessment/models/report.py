"""What left the house: the scorecard as it was when it was released."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from assessment.models.attempt import Attempt


class Report(models.Model):
    """A released scorecard, frozen."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    attempt = models.OneToOneField(
        Attempt, on_delete=models.CASCADE, related_name="report"
    )
    body = models.JSONField()
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL
    )
    released_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"report {self.uid}"
