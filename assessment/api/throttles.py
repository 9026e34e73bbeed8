"""How often a key may call.

Requests are counted in fixed windows: one atomic addition for each request, and the
numbers of the RateLimit headers are exact. In the worst case two windows' worth of
requests arrive around the border of two windows.
"""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from assessment.models import ApiKey

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView

log = logging.getLogger(__name__)

_PERIODS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So many requests in so many seconds."""

    requests: int
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RateState:
    """Where a key stands in the present window."""

    limit: int
    remaining: int
    reset_seconds: int  # until the next window, at least 1

    def headers(self) -> dict[str, str]:
        """Return what every answer tells about the rate."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset_seconds),
        }


def rate_of(text: str) -> Rate:
    """Return a rate written like `600/min`; the period counts by its first letter.

    Raises: `ValueError` for any other text.
    """
    number, _, period = text.partition("/")
    seconds = _PERIODS.get(period[:1])
    if seconds is None or not number.isdecimal() or int(number) < 1:
        message = f"a rate reads like 600/min (s, min, hour or day), not {text!r}"
        raise ValueError(message)
    return Rate(requests=int(number), seconds=seconds)


class KeyThrottle(BaseThrottle):
    """Counts the requests of each API key."""

    def __init__(self) -> None:
        self.state: RateState | None = None  # after this request was counted

    def allow_request(self, request: Request, view: APIView) -> bool:  # noqa: ARG002  # REST framework's signature
        """Count this request and say whether its key is still within the rate.

        When the cache is away requests pass uncounted: a hiring system should not
        be cut off because a counter is.
        """
        key = request.auth
        if not isinstance(key, ApiKey):
            return True
        rate = rate_of(str(api_settings.DEFAULT_THROTTLE_RATES["key"]))
        now = time.time()
        window = int(now // rate.seconds)
        try:
            count = _count(f"api-rate:{key.pk}:{rate.seconds}:{window}", rate.seconds)
        except (RedisError, OSError):
            log.warning("requests are not counted: the cache does not answer")
            return True
        self.state = RateState(
            limit=rate.requests,
            remaining=max(0, rate.requests - count),
            reset_seconds=max(1, math.ceil((window + 1) * rate.seconds - now)),
        )
        return count <= rate.requests

    def wait(self) -> float | None:
        """Return the seconds until the next window."""
        return self.state.reset_seconds if self.state else None


def _count(name: str, seconds: int) -> int:
    cache.add(name, 0, timeout=2 * seconds)
    try:
        return cache.incr(name)
    except ValueError:  # it fell out of the cache between the two calls
        cache.set(name, 1, timeout=2 * seconds)
        return 1
