"""What runs when, as data."""

from __future__ import annotations

from typing import Any, Final

from assessment import dispatch

_SECONDS: Final = {
    dispatch.SWEEP_JOBS_TASK: 10.0,
    dispatch.SWEEP_ATTEMPTS_TASK: 5.0,
    dispatch.SWEEP_DELIVERIES_TASK: 5.0,
}

SCHEDULE: Final[dict[str, dict[str, Any]]] = {
    task: {
        "task": task,
        "schedule": seconds,
        # A tick that was not run by the next one is dropped, so that a worker
        # that was away does not find a pile of them.
        "options": {"queue": dispatch.QUEUES[task], "expires": seconds},
    }
    for task, seconds in _SECONDS.items()
}
