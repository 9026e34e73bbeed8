"""Answers kept for repeated calls."""

from __future__ import annotations

from django.db import models

from assessment.models.organisation import Organisation


class IdempotencyRecord(models.Model):
    """The first answer to a creating call, given again when the call is repeated."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="+"
    )
    route = models.CharField(max_length=100)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)  # SHA-256 of the request's body
    status = models.PositiveIntegerField(null=True, blank=True)  # null: still running
    body = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "route", "key"], name="idempotency_key_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"
