"""Keep jobs ours while we work on them.

A lease is short, so that the work of a worker that was killed is soon taken up by
another; while a job is worked on, a thread beside the work extends it.
"""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from django.db import DatabaseError, connection

from assessment.services.jobs import LEASE, jobs_keep

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

log = logging.getLogger(__name__)

EVERY_SECONDS: Final = LEASE.total_seconds() / 6  # a few may fail


@contextmanager
def held(
    job_ids: Sequence[int], *, every_seconds: float = EVERY_SECONDS
) -> Iterator[None]:
    """Extend the leases of running jobs until the work is done or given up."""
    over = threading.Event()
    keeper = threading.Thread(
        target=_keep, args=(tuple(job_ids), over, every_seconds), daemon=True
    )
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def _keep(
    job_ids: tuple[int, ...], over: threading.Event, every_seconds: float
) -> None:
    try:
        while not over.wait(every_seconds):
            try:
                jobs_keep(job_ids)
            except DatabaseError as error:
                log.warning("jobs %s may be given to another: %s", job_ids, error)
                connection.close()  # a new one is opened for the next try
    finally:
        connection.close()  # this thread's own
