"""What `celery -A workers.celery worker` loads.

WORKER_QUEUE says which queue's tasks are imported: the process that delivers
webhooks never loads torch. Unset, all of them are.
"""

from __future__ import annotations

import importlib
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "assessment.config.settings")

import django

django.setup()

from assessment.dispatch import WORKER_QUEUES, app  # noqa: E402  # after setup
from workers import heartbeat  # noqa: E402  # after setup
from workers.schedule import SCHEDULE  # noqa: E402  # after setup

__all__ = ["app"]

app.conf.beat_schedule = SCHEDULE
_queues = os.environ.get("WORKER_QUEUE", ",".join(WORKER_QUEUES)).split(",")
for _queue in _queues:
    importlib.import_module(f"workers.tasks.{_queue}")
heartbeat.connect(_queues)
