"""Every model of the package, so that Django finds them."""

from __future__ import annotations

from assessment.models.answer import Answer, AnswerSave
from assessment.models.assessment import Assessment, AssessmentDraw, AssessmentItem
from assessment.models.attempt import Attempt, AttemptEvent, AttemptItem, Invitation
from assessment.models.grade import Grade, Override
from assessment.models.idempotency import IdempotencyRecord
from assessment.models.job import Job, JobEvent, Trial
from assessment.models.organisation import ApiKey, Membership, Organisation
from assessment.models.report import Report
from assessment.models.webhook import WebhookDelivery, WebhookEndpoint

__all__ = [
    "Answer",
    "AnswerSave",
    "ApiKey",
    "Assessment",
    "AssessmentDraw",
    "AssessmentItem",
    "Attempt",
    "AttemptEvent",
    "AttemptItem",
    "Grade",
    "IdempotencyRecord",
    "Invitation",
    "Job",
    "JobEvent",
    "Membership",
    "Organisation",
    "Override",
    "Report",
    "Trial",
    "WebhookDelivery",
    "WebhookEndpoint",
]
