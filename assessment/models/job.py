"""Grading work: the row is the truth, a message only says that it is there."""

from __future__ import annotations

from django.db import models

from assessment.models.answer import Answer
from assessment.models.attempt import AttemptItem
from assessment.states import JobKind, JobState


class Job(models.Model):
    """One piece of grading work; its state changes only by `job_move`."""

    kind = models.CharField(max_length=8, choices=[(kind, kind) for kind in JobKind])
    answer = models.ForeignKey(
        Answer, null=True, on_delete=models.CASCADE, related_name="jobs"
    )
    state = models.CharField(
        max_length=8,
        choices=[(state, state) for state in JobState],
        default=JobState.QUEUED,
        db_index=True,
    )
    code = models.CharField(max_length=60, blank=True)  # of the last fault
    detail = models.TextField(blank=True)  # of the last fault, for operators
    tries = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[str(state) for state in JobState]),
                name="job_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(kind=JobKind.TRIAL) | models.Q(answer__isnull=False),
                name="job_has_an_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} job {self.pk} ({self.state})"


class JobEvent(models.Model):
    """One move of a job; rows are only ever added."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="events")
    old = models.CharField(max_length=8)
    new = models.CharField(max_length=8)
    code = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.old} -> {self.new}"


class Trial(models.Model):
    """A candidate's own quick run of code; it never becomes a mark."""

    item = models.ForeignKey(
        AttemptItem, on_delete=models.CASCADE, related_name="trials"
    )
    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="trial")
    source = models.TextField()
    result = models.JSONField(null=True, blank=True)  # a SpeedGrade as JSON
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"trial {self.pk}"
