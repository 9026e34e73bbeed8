"""Say in the cache that a worker is there, and load its model before it works.

The text worker's child loads the model when it starts, not with the first answer:
a candidate who hands in should not wait for that. Until it is loaded the worker
calls itself `loading`.
"""

from __future__ import annotations

import logging
import os
import socket
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from celery.signals import heartbeat_sent, worker_init, worker_process_init
from django.core.cache import cache
from redis.exceptions import RedisError

from assessment.dispatch import heartbeat_key
from grading.errors import EncoderUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

log = logging.getLogger(__name__)

HEARD_SECONDS: Final = 30
MODEL_SECONDS: Final = 24 * 3600


def model_key(worker: int) -> str:
    """Return where in the cache the children of a worker say how their model is.

    By machine and process, so that no worker answers for another, or for one that
    ran before it.
    """
    return f"worker-model:{socket.gethostname()}:{worker}"


def connect(queues: Sequence[str]) -> None:
    """Hang the heartbeat (and the model) of these queues on Celery's signals."""
    heartbeat_sent.connect(partial(_beat, tuple(queues)), weak=False)
    if "text" in queues:
        worker_init.connect(_forget_model, weak=False)
        worker_process_init.connect(_load_model, weak=False)


def _beat(queues: tuple[str, ...], **_: Any) -> None:  # noqa: ANN401  # signal's extras
    try:
        for queue in queues:
            state = "ok"
            if queue == "text":
                state = _model_state()
            cache.set(heartbeat_key(queue), state, HEARD_SECONDS)
    except (RedisError, OSError):
        # The broker is away; Celery says so itself and comes back.
        log.debug("no heartbeat: cache unreachable")


def _forget_model(**_: Any) -> None:  # noqa: ANN401  # signal's extras
    # An earlier process may have had this one's number.
    cache.delete(model_key(os.getpid()))


def _model_state() -> str:
    key = model_key(os.getpid())
    state = cache.get(key)
    if state is None:
        return "loading the model"
    cache.touch(key, MODEL_SECONDS)
    return str(state)


def _load_model(**_: Any) -> None:  # noqa: ANN401  # signal's extras
    from workers.encoder import warm  # noqa: PLC0415  # loads torch: the child only

    try:
        warm()
    except EncoderUnavailable as fault:
        log.exception("the model cannot be loaded")
        cache.set(model_key(os.getppid()), f"no model: {fault}", MODEL_SECONDS)
    else:
        cache.set(model_key(os.getppid()), "ok", MODEL_SECONDS)
