"""Marks: what a worker found, and what a person said instead."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from assessment.models.answer import Answer
from assessment.models.attempt import AttemptItem
from assessment.models.job import Job
from bank.models import QuestionVersion


class Grade(models.Model):
    """What a worker found; never changed, a regrade adds another."""

    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="grade")
    answer = models.ForeignKey(Answer, on_delete=models.CASCADE, related_name="grades")
    version = models.ForeignKey(
        QuestionVersion, on_delete=models.PROTECT, related_name="+"
    )
    answer_revision = models.PositiveIntegerField()
    score = models.FloatField()  # in [0, 1]
    body = models.JSONField()  # `grading.results.as_json` of the grade
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(score__gte=0.0) & models.Q(score__lte=1.0),
                name="grade_score_range",
            ),
        ]

    def __str__(self) -> str:
        return f"grade {self.pk}: {self.score}"


class Override(models.Model):
    """A recruiter's own mark with its reason; the worker's stays beside it."""

    item = models.ForeignKey(
        AttemptItem, on_delete=models.CASCADE, related_name="overrides"
    )
    score = models.FloatField(
        validators=[MinValueValidator(0.0), MaxValueValidator(1.0)]
    )
    reason = models.TextField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(score__gte=0.0) & models.Q(score__lte=1.0),
                name="override_score_range",
            ),
        ]

    def __str__(self) -> str:
        return f"override {self.pk}: {self.score}"
