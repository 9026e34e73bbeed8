"""The question bank as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class BankConfig(AppConfig):
    """Questions, their versions and sets."""

    name = "bank"
    label = "bank"
    default_auto_field = "django.db.models.BigAutoField"
