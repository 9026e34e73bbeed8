"""What candidates are asked to sit: an assessment, its items and its draws."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from assessment.models.organisation import Organisation
from bank.models import Question


class Assessment(models.Model):
    """A choice of questions with a duration, made by a recruiter."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="assessments"
    )
    title = models.CharField(max_length=200)
    duration_minutes = models.PositiveIntegerField()
    languages = models.JSONField(default=list)  # of the answers: "zh", "en" or both
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL
    )
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.title


class AssessmentItem(models.Model):
    """One chosen question; its version is pinned when an attempt starts."""

    assessment = models.ForeignKey(
        Assessment, on_delete=models.CASCADE, related_name="items"
    )
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    weight = models.FloatField(default=1.0)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "position"], name="assessment_item_position"
            ),
            models.UniqueConstraint(
                fields=["assessment", "question"], name="assessment_item_question"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assessment}: {self.question}"


class AssessmentDraw(models.Model):
    """n questions of a topic, drawn anew for every attempt."""

    assessment = models.ForeignKey(
        Assessment, on_delete=models.CASCADE, related_name="draws"
    )
    topic = models.CharField(max_length=40)
    count = models.PositiveIntegerField()
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "topic"], name="assessment_draw_topic"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assessment}: {self.count} of {self.topic}"
