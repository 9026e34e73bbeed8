"""Calls that create something, answered alike when they are repeated.

Source: the Idempotency-Key header draft of the IETF's httpapi working group. The
header is a quoted string there; a bare one is understood too.

What is kept for 24 hours is the whole answer, an invitation's link included: it is
what a client needs that never got it. Elsewhere only the link's digest is stored.
A link works once, so a kept one is worth nothing after the candidate opened it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone
from rest_framework.response import Response

from assessment.api.errors import as_response, header_error, problem_of
from assessment.errors import AssessmentError, IdempotencyKeyMissing
from assessment.services.idempotency import answer_forget, answer_keep, first_answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from assessment.api.endpoint import Endpoint

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
LONGEST: Final = 255  # characters of a key


def idempotency_key(text: str | None) -> str:
    """Return the key of the header, without its quotes; empty: no header.

    Raises: `RequestInvalid` for a key that cannot be kept.
    """
    if text is None:
        return ""
    key = text.strip()
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not key or len(key) > LONGEST or not (key.isascii() and key.isprintable()):
        detail = f"Must have 1 to {LONGEST} printable ASCII characters."
        raise header_error(HEADER, detail)
    return key


def answer_once(
    endpoint: Endpoint,
    *,
    route: str,
    work: Callable[[], dict[str, Any]],
    required: bool,
) -> HttpResponse:
    """Do the work of a creating call, or give the answer that it had the first time.

    `work` does it in one transaction with the record of its answer, so that a
    process that dies leaves either both or neither. A refusal is kept as well; a
    fault of ours is not.

    Raises: `IdempotencyKeyMissing`, `IdempotencyKeyReused`, `IdempotencyKeyBusy`,
        and whatever `work` raises.
    """
    request = endpoint.request
    key = idempotency_key(request.headers.get(HEADER))
    if not key:
        if required:
            raise IdempotencyKeyMissing
        with transaction.atomic():
            return Response(work(), status=201)
    record, answered = first_answer(
        organisation=endpoint.organisation,
        route=route,
        key=key,
        payload=json.dumps(request.data, sort_keys=True).encode(),
        now=timezone.now(),
    )
    if answered:
        return _again(endpoint, status=record.status or 201, body=record.body)
    try:
        with transaction.atomic():
            body = work()
            answer_keep(record, status=201, body=body)
    except AssessmentError as error:
        refusal = problem_of(error)
        answer_keep(record, status=refusal["status"], body=refusal)
        raise
    except BaseException:
        answer_forget(record)
        raise
    return Response(body, status=201)


def _again(endpoint: Endpoint, *, status: int, body: Any) -> HttpResponse:  # noqa: ANN401  # any JSON
    """Return a kept answer, marked as one."""
    response: HttpResponse
    if status < 400:  # noqa: PLR2004  # HTTP: the first status of a refusal
        response = Response(body, status=status)
    else:
        response = as_response(
            body, path=endpoint.request.path, request_id=endpoint.request_id
        )
    response[REPLAYED] = "true"
    return response
