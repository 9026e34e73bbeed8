"""What a candidate wrote, and what it was before."""

from __future__ import annotations

from django.db import models

from assessment.models.attempt import AttemptItem


class Answer(models.Model):
    """The present text of one item: prose or code."""

    item = models.OneToOneField(
        AttemptItem, on_delete=models.CASCADE, related_name="answer"
    )
    text = models.TextField(blank=True)
    language = models.CharField(max_length=2)  # "zh" or "en", as the candidate says
    revision = models.PositiveIntegerField(default=0)  # goes up by one with each save
    client_id = models.CharField(max_length=40, blank=True)  # the tab of the last save
    client_seq = models.PositiveIntegerField(default=0)  # that tab's own count
    saved_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"answer {self.item_id} r{self.revision}"


class AnswerSave(models.Model):
    """A text that an answer had; also one that came too late to count."""

    answer = models.ForeignKey(Answer, on_delete=models.CASCADE, related_name="saves")
    text = models.TextField(blank=True)
    revision = models.PositiveIntegerField()
    at = models.DateTimeField()
    late = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.answer_id} r{self.revision}"
