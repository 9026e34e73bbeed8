"""The wire from the web to the workers: names, queues and senders.

Messages carry a row's id and nothing else; the row is the truth. The web
process sends by name, so it never imports the workers (or torch).
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Final

from celery import Celery
from django.db import transaction
from kombu.exceptions import OperationalError

from assessment.states import JobKind

log = logging.getLogger(__name__)

TASKS: Final = {
    JobKind.TEXT: "workers.grade_text",
    JobKind.SPEED: "workers.measure_speed",
    JobKind.TRIAL: "workers.try_speed",
}
PREPARE_TASK: Final = "workers.prepare_attempt"
DELIVER_TASK: Final = "workers.deliver_webhook"
SWEEP_JOBS_TASK: Final = "workers.sweep_jobs"
SWEEP_ATTEMPTS_TASK: Final = "workers.sweep_attempts"
SWEEP_DELIVERIES_TASK: Final = "workers.sweep_deliveries"

QUEUES: Final = {
    TASKS[JobKind.TEXT]: "text",
    TASKS[JobKind.SPEED]: "speed",
    TASKS[JobKind.TRIAL]: "speed",
    PREPARE_TASK: "text",
    DELIVER_TASK: "hooks",
    SWEEP_JOBS_TASK: "hooks",
    SWEEP_ATTEMPTS_TASK: "hooks",
    SWEEP_DELIVERIES_TASK: "hooks",
}
WORKER_QUEUES: Final = ("text", "speed", "hooks")
# Redis transport: 0 is served first. A candidate waits in front of a trial run, and
# what is only prepared lets every answer pass.
PRIORITIES: Final = {TASKS[JobKind.TRIAL]: 0, PREPARE_TASK: 9}
DEFAULT_PRIORITY: Final = 5


def heartbeat_key(queue: str) -> str:
    """Return where in the cache the worker of a queue says that it is there."""
    return f"worker-heartbeat:{queue}"


app = Celery("assessment")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()


def send_on_commit(task: str, row_id: int) -> None:
    """Send `task` once the row it names is visible to others.

    Inside a transaction that is rolled back nothing is sent. A broker that is
    down is logged and not raised: the row stands, and the sweep sends it again (all
    but `PREPARE_TASK`, which only saves time).
    """
    transaction.on_commit(partial(_send, task, row_id))


def _send(task: str, row_id: int) -> None:
    try:
        app.send_task(
            task,
            args=(row_id,),
            queue=QUEUES[task],
            priority=PRIORITIES.get(task, DEFAULT_PRIORITY),
            retry=False,
        )
    except OperationalError:
        later = (
            "which only saves time" if task == PREPARE_TASK else "the sweep sends it"
        )
        log.warning("broker unreachable: %s %s, %s", task, row_id, later)
