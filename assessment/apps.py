"""The Django application of assessments."""

from __future__ import annotations

from django.apps import AppConfig


class AssessmentAppConfig(AppConfig):
    """Assessments, attempts and what came out."""

    name = "assessment"
    default_auto_field = "django.db.models.BigAutoField"
