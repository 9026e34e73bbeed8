"""Is the service alive, and can it do its work? For supervisors and balancers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db import connection
from django.db.utils import DatabaseError
from django.http import HttpResponse, JsonResponse
from redis.exceptions import RedisError

from assessment.dispatch import WORKER_QUEUES, heartbeat_key

if TYPE_CHECKING:
    from django.http import HttpRequest


def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """Answer as long as the web process lives."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001  # Django's signature
    """Say part by part what works; status 503 while something is missing."""
    checks: dict[str, str] = {"database": _database()}
    try:
        beats = cache.get_many([heartbeat_key(queue) for queue in WORKER_QUEUES])
    except (RedisError, OSError):
        checks["broker"] = "unreachable"
    else:
        checks["broker"] = "ok"
        for queue in WORKER_QUEUES:
            checks[f"worker {queue}"] = beats.get(heartbeat_key(queue), "not heard of")
    ready = all(state == "ok" for state in checks.values())
    return JsonResponse(
        {"ready": ready, "checks": checks}, status=200 if ready else 503
    )


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "unreachable"
    return "ok"
