"""Answer a repeated creating call as the first time.

Source: the Idempotency-Key header draft of the IETF's httpapi working group.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import IntegrityError, transaction

from assessment.errors import IdempotencyKeyBusy, IdempotencyKeyReused
from assessment.models import IdempotencyRecord

if TYPE_CHECKING:
    from datetime import datetime

    from assessment.models import Organisation

KEPT: Final = timedelta(hours=24)
# A first call that has not ended by then died with its process.
ABANDONED: Final = timedelta(seconds=60)


def fingerprint(payload: bytes) -> str:
    """Return what tells two request bodies apart: SHA-256 in hexadecimal."""
    return hashlib.sha256(payload).hexdigest()


def first_answer(
    *,
    organisation: Organisation,
    route: str,
    key: str,
    payload: bytes,
    now: datetime,
) -> tuple[IdempotencyRecord, bool]:
    """Return the record of this key, and whether its answer is there already.

    When it is not, the caller does the work and ends with `answer_keep` or
    `answer_forget`.

    Raises: `IdempotencyKeyReused` for another payload, `IdempotencyKeyBusy` while
        the first call runs.
    """
    print_ = fingerprint(payload)
    answers_expire(now)
    IdempotencyRecord.objects.filter(
        organisation=organisation,
        route=route,
        key=key,
        status__isnull=True,
        created_at__lt=now - ABANDONED,
    ).delete()
    try:
        with transaction.atomic():
            record = IdempotencyRecord.objects.create(
                organisation=organisation,
                route=route,
                key=key,
                fingerprint=print_,
                created_at=now,
            )
    except IntegrityError as error:
        found = IdempotencyRecord.objects.filter(
            organisation=organisation, route=route, key=key
        ).first()
        if found is None:  # the first call failed and was forgotten this moment
            raise IdempotencyKeyBusy from error
        record = found
    else:
        return record, False
    if record.fingerprint != print_:
        raise IdempotencyKeyReused
    if record.status is None:
        raise IdempotencyKeyBusy
    return record, True


def answer_keep(record: IdempotencyRecord, *, status: int, body: Any) -> None:  # noqa: ANN401  # any JSON
    """Keep the answer of the first call."""
    IdempotencyRecord.objects.filter(pk=record.pk).update(status=status, body=body)


def answer_forget(record: IdempotencyRecord) -> None:
    """Forget a call that failed through our fault, so that it can be repeated.

    One whose answer is kept stays: it was done, whatever failed afterwards.
    """
    IdempotencyRecord.objects.filter(pk=record.pk, status__isnull=True).delete()


def answers_expire(now: datetime) -> int:
    """Delete what was kept long enough, links of candidates among it; say how many."""
    deleted, _ = IdempotencyRecord.objects.filter(created_at__lt=now - KEPT).delete()
    return deleted
