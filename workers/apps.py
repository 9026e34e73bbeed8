"""The Django application of the workers: it only brings commands."""

from __future__ import annotations

from django.apps import AppConfig


class WorkersAppConfig(AppConfig):
    """Commands that grade."""

    name = "workers"
