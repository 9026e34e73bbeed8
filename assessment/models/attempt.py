"""Who was invited, and how their sitting went."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from assessment.models.assessment import Assessment
from assessment.models.organisation import ApiKey, Organisation
from assessment.states import AttemptState
from bank.models import QuestionVersion


class Invitation(models.Model):
    """One candidate asked to sit one assessment; its link works once."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="invitations"
    )
    assessment = models.ForeignKey(
        Assessment, on_delete=models.PROTECT, related_name="invitations"
    )
    candidate_name = models.CharField(max_length=200)
    candidate_email = models.EmailField()
    language = models.CharField(max_length=2)  # of the e-mail and of the pages at first
    token_digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the link
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL
    )
    api_key = models.ForeignKey(ApiKey, null=True, on_delete=models.SET_NULL)
    external_id = models.CharField(max_length=200, blank=True)  # the hiring system's
    metadata = models.JSONField(default=dict)  # the hiring system's, handed back as is
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.candidate_name}: {self.assessment}"


class Attempt(models.Model):
    """One sitting, made with its invitation; only `attempt_move` changes its state."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    invitation = models.OneToOneField(
        Invitation, on_delete=models.CASCADE, related_name="attempt"
    )
    state = models.CharField(
        max_length=12,
        choices=[(state, state) for state in AttemptState],
        default=AttemptState.INVITED,
        db_index=True,
    )
    session_digest = models.CharField(max_length=64, blank=True)  # the one browser's
    consented_at = models.DateTimeField(null=True, blank=True)
    consent_version = models.CharField(max_length=20, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    deadline = models.DateTimeField(null=True, blank=True, db_index=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by_timeout = models.BooleanField(default=False)
    draw_seed = models.BigIntegerField(null=True, blank=True)
    changed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[str(state) for state in AttemptState]),
                name="attempt_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(started_at__isnull=True)
                | models.Q(deadline__isnull=False),
                name="attempt_started_has_deadline",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invitation} ({self.state})"


class AttemptEvent(models.Model):
    """One move of an attempt; rows are only ever added."""

    attempt = models.ForeignKey(
        Attempt, on_delete=models.CASCADE, related_name="events"
    )
    old = models.CharField(max_length=12)
    new = models.CharField(max_length=12)
    code = models.CharField(max_length=60, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.old} -> {self.new}"


class AttemptItem(models.Model):
    """One question of one sitting, with exactly the version that is asked."""

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="items")
    version = models.ForeignKey(
        QuestionVersion, on_delete=models.PROTECT, related_name="+"
    )
    position = models.PositiveIntegerField()
    weight = models.FloatField(default=1.0)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "position"], name="attempt_item_position"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id}.{self.position}"
