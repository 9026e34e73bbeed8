"""Send one webhook message: a delivery, a signed request, and what came of it.

The connection goes to an IP address that was checked in the same breath, under the
name that was registered (Host header, certificate), so a name that is pointed at our
own network between check and call leads nowhere. Redirects are not followed, proxies
of the environment not used, and all of a call together has 15 seconds.
"""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import httpcore
import httpx
from django.utils import timezone

from assessment.errors import EndpointRefused
from assessment.models import WebhookDelivery
from assessment.services.webhooks import (
    delivery_claim,
    delivery_done,
    delivery_failed,
    delivery_gone,
)
from assessment.webhooks.addresses import parts_of, permitted_machines
from assessment.webhooks.signing import signed_headers

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from typing import Any

TIMEOUT: Final = 15.0  # seconds for a whole call; less than the delivery's lease
# What a receiver says is thrown away; so much of it is read for politeness.
LONGEST_REPLY: Final = 16 * 1024  # bytes
USER_AGENT: Final = "Inferview-Webhooks/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a receiver answered."""

    status: int
    retry_after: str  # the header as it came; empty: none


class NoReply(Exception):
    """The receiver could not be called, or did not answer properly."""


def deliver(delivery_id: int) -> None:
    """Claim a delivery, send it once and record what came of it.

    One that is not due, or that another worker is sending, is left alone.
    """
    if not delivery_claim(delivery_id, now=timezone.now()):
        return
    delivery = (
        WebhookDelivery.objects.select_related("endpoint")
        .filter(pk=delivery_id)
        .first()
    )
    if delivery is None:  # its endpoint was deleted this moment
        return
    endpoint = delivery.endpoint
    if endpoint.disabled_at is not None:
        # Recorded while the endpoint was being disabled.
        delivery_gone(delivery_id, status=None, reason=endpoint.disabled_reason)
        return
    try:
        reply = post(
            endpoint.url,
            body=delivery.body,
            headers=signed_headers(
                secret=endpoint.secret,
                message_id=delivery.message_id,
                moment=timezone.now(),
                body=delivery.body,
            ),
        )
    except (NoReply, EndpointRefused) as error:
        delivery_failed(delivery_id, status=None, error=str(error), now=timezone.now())
        return
    _record(delivery_id, reply, now=timezone.now())


def _record(delivery_id: int, reply: Reply, *, now: datetime) -> None:
    if HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
        delivery_done(delivery_id, status=reply.status, now=now)
    elif reply.status == HTTPStatus.GONE:
        delivery_gone(delivery_id, status=reply.status, reason="gone")
    else:
        redirect = HTTPStatus.MULTIPLE_CHOICES <= reply.status < HTTPStatus.BAD_REQUEST
        delivery_failed(
            delivery_id,
            status=reply.status,
            error=f"HTTP {reply.status}"
            + (", redirects are not followed" if redirect else ""),
            now=now,
            retry_after=seconds_of(reply.retry_after, now=now),
        )


def seconds_of(retry_after: str, *, now: datetime) -> int | None:
    """Return a Retry-After header in seconds; None when it says nothing sensible.

    Source: RFC 9110, section 10.2.3: a number of seconds, or a date.
    """
    text = retry_after.strip()
    if text.isascii() and text.isdecimal():
        return int(text[:9])
    try:
        moment = parsedate_to_datetime(text)
        return max(0, int((moment - now).total_seconds()))
    except (TypeError, ValueError, OverflowError):  # no date, or one without a zone
        return None


def post(url: str, *, body: str, headers: dict[str, str]) -> Reply:
    """Send one request and return what was answered.

    Raises: `EndpointRefused` for an address that must not be called, `NoReply` when
        no proper answer came in time.
    """
    address = parts_of(url)
    content = body.encode()
    clock = _Clock(TIMEOUT)
    whole = {
        "Host": address.authority,
        "User-Agent": USER_AGENT,
        "Content-Type": "application/json",
        "Content-Length": str(len(content)),
        "Accept": "*/*",
        "Connection": "close",
        **headers,
    }
    try:
        with (
            httpcore.ConnectionPool(
                ssl_context=_tls() if address.scheme == "https" else None,
                network_backend=_CheckedNetwork(clock),
            ) as pool,
            pool.stream(
                "POST",
                httpcore.URL(
                    scheme=address.scheme,
                    host=address.host,
                    port=address.port,
                    target=address.target,
                ),
                headers=list(whole.items()),
                content=content,
                extensions={"timeout": {"pool": TIMEOUT}},
            ) as response,
        ):
            size = 0
            for piece in response.iter_stream():
                size += len(piece)
                if size > LONGEST_REPLY:
                    break
            return Reply(
                status=response.status,
                retry_after=_header(response.headers, b"retry-after"),
            )
    except (
        httpcore.NetworkError,
        httpcore.TimeoutException,
        httpcore.ProtocolError,
        ssl.SSLError,
        OSError,
    ) as error:
        reason = f"{type(error).__name__}: {error}".removesuffix(": ")
        raise NoReply(reason) from error


def _header(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> str:
    for key, value in headers:
        if key.lower() == name:
            return value.decode("latin-1")
    return ""


@cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


class _Clock:
    """What is left of the time for one call."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left.

        Raises: `httpcore.ReadTimeout` when none are.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            message = f"no answer within {TIMEOUT:.0f} s"
            raise httpcore.ReadTimeout(message)
        return left


class _CheckedNetwork(httpcore.NetworkBackend):
    """Connects to permitted machines only, and ends with its clock."""

    def __init__(self, clock: _Clock) -> None:
        self._clock = clock
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002  # the clock decides
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first of the host's machines that answers.

        Raises: `EndpointRefused` when the host leads to one that must not be called.
        """
        failure: Exception | None = None
        for machine in permitted_machines(host, port):
            try:
                stream = self._plain.connect_tcp(
                    machine,
                    port,
                    timeout=self._clock.left(),
                    local_address=local_address,
                    socket_options=socket_options,
                )
            except httpcore.ConnectError as error:
                failure = error
            else:
                return TimedStream(stream, self._clock)
        raise failure or httpcore.ConnectError(host)


class TimedStream(httpcore.NetworkStream):
    """A connection on which every wait ends with one and the same clock.

    A time limit for each read alone would let a receiver that sends one byte now and
    then hold a worker for hours.
    """

    def __init__(self, stream: httpcore.NetworkStream, clock: _Clock) -> None:
        self._stream = stream
        self._clock = clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002  # the clock decides
        """Read what is there."""
        return self._stream.read(max_bytes, timeout=self._clock.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002  # the clock decides
        """Send."""
        self._stream.write(buffer, timeout=self._clock.left())

    def close(self) -> None:
        """Hang up."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002  # the clock decides
    ) -> httpcore.NetworkStream:
        """Go on encrypted, under the name that was asked for."""
        return TimedStream(
            self._stream.start_tls(
                ssl_context, server_hostname, timeout=self._clock.left()
            ),
            self._clock,
        )

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  # as httpcore has it
        """Return a fact about the connection."""
        return self._stream.get_extra_info(info)
