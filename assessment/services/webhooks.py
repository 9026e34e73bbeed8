"""Record what hiring systems are to be told, and how the telling went."""

from __future__ import annotations

import base64
import json
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from assessment.dispatch import DELIVER_TASK, send_on_commit
from assessment.errors import IllegalMove, NotReady
from assessment.models import WebhookDelivery, WebhookEndpoint
from assessment.states import DeliveryState, may_follow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from assessment.models import Attempt, Organisation

EVENT_TYPES: Final = (
    "attempt.started",
    "attempt.submitted",
    "report.released",
    "attempt.cancelled",
)
# Seconds to wait after the n-th failed try. Source: Standard Webhooks 1.0.0.
RETRY_AFTER: Final = (
    5,
    5 * 60,
    30 * 60,
    2 * 3600,
    5 * 3600,
    10 * 3600,
    14 * 3600,
    20 * 3600,
    24 * 3600,
)
# Longer than a delivery may take, so that two workers never send the same try.
LEASE: Final = timedelta(seconds=60)
SECRET_BYTES: Final = 32


@transaction.atomic
def endpoint_create(
    *, organisation: Organisation, url: str, event_types: Sequence[str] = ()
) -> WebhookEndpoint:
    """Register an address with a fresh secret; no event type means all of them.

    The address was checked by the caller (`assessment.webhooks.addresses`).

    Raises: `ValueError` for an event type that does not exist.
    """
    unknown = set(event_types) - set(EVENT_TYPES)
    if unknown:
        message = f"unknown event type: {', '.join(sorted(unknown))}"
        raise ValueError(message)
    secret = base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    return WebhookEndpoint.objects.create(
        organisation=organisation,
        url=url,
        secret=f"whsec_{secret}",
        event_types=sorted(set(event_types)),
    )


@transaction.atomic
def endpoint_disable(*, endpoint: WebhookEndpoint, reason: str) -> None:
    """Stop calling an address; what is pending for it is given up."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk, disabled_at__isnull=True).update(
        disabled_at=timezone.now(), disabled_reason=reason
    )
    WebhookDelivery.objects.filter(
        endpoint=endpoint, state=DeliveryState.PENDING
    ).update(state=DeliveryState.GIVEN_UP, last_error=f"endpoint disabled: {reason}")


@transaction.atomic
def endpoint_enable(*, endpoint: WebhookEndpoint) -> None:
    """Call an address again; what was given up can then be sent again."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
        disabled_at=None, disabled_reason=""
    )


@transaction.atomic
def endpoint_delete(*, endpoint: WebhookEndpoint) -> None:
    """Forget an address, its secret and what was sent there."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).delete()


@transaction.atomic
def event_record(*, attempt: Attempt, event_type: str, now: datetime) -> None:
    """Write one delivery for every endpoint that wants this event.

    The body is thin: ids and states, nothing about the candidate and no mark.
    """
    invitation = attempt.invitation
    endpoints = WebhookEndpoint.objects.filter(
        organisation_id=invitation.organisation_id, disabled_at__isnull=True
    )
    for endpoint in endpoints:
        if endpoint.event_types and event_type not in endpoint.event_types:
            continue
        body = json.dumps(
            {
                "type": event_type,
                "timestamp": now.isoformat(),
                "data": {
                    "order_id": str(invitation.uid),
                    "external_id": invitation.external_id,
                    "status": attempt.state,
                },
            },
            separators=(",", ":"),
        )
        delivery = WebhookDelivery.objects.create(
            endpoint=endpoint,
            message_id=f"msg_{secrets.token_hex(16)}",
            event_type=event_type,
            body=body,
            next_at=now,
        )
        send_on_commit(DELIVER_TASK, delivery.pk)


@transaction.atomic
def delivery_claim(delivery_id: int, *, now: datetime) -> bool:
    """Take a due delivery for this worker and count the try; say whether it was due."""
    return bool(
        WebhookDelivery.objects.filter(
            Q(lease_until__isnull=True) | Q(lease_until__lt=now),
            pk=delivery_id,
            state=DeliveryState.PENDING,
            next_at__lte=now,
        ).update(lease_until=now + LEASE, tries=F("tries") + 1)
    )


def delivery_move(
    delivery_id: int, *, old: DeliveryState, new: DeliveryState, **changes: object
) -> bool:
    """Move a delivery and say whether it was this call that moved it.

    Raises: `IllegalMove` when `new` may not follow `old`.
    """
    if not may_follow(old, new):
        message = f"A delivery cannot go from {old} to {new}."
        raise IllegalMove(message)
    return bool(
        WebhookDelivery.objects.filter(pk=delivery_id, state=old).update(
            state=new, lease_until=None, **changes
        )
    )


@transaction.atomic
def delivery_done(delivery_id: int, *, status: int, now: datetime) -> None:
    """Record that the receiver took the message."""
    delivery_move(
        delivery_id,
        old=DeliveryState.PENDING,
        new=DeliveryState.DELIVERED,
        last_status=status,
        last_error="",
        delivered_at=now,
    )


@transaction.atomic
def delivery_gone(delivery_id: int, *, status: int | None, reason: str) -> None:
    """Give a message up because its endpoint wants no more, and disable that."""
    delivery = _existing(delivery_id)
    if delivery is None:
        return
    delivery_move(
        delivery_id,
        old=DeliveryState.PENDING,
        new=DeliveryState.GIVEN_UP,
        last_status=status,
        last_error=f"endpoint disabled: {reason}",
    )
    endpoint_disable(endpoint=delivery.endpoint, reason=reason)


def _existing(delivery_id: int) -> WebhookDelivery | None:
    """Return a delivery, or None when its endpoint was deleted meanwhile."""
    return (
        WebhookDelivery.objects.select_related("endpoint")
        .filter(pk=delivery_id)
        .first()
    )


@transaction.atomic
def delivery_failed(
    delivery_id: int,
    *,
    status: int | None,
    error: str,
    now: datetime,
    retry_after: int | None = None,
) -> None:
    """Record a failed try and plan the next one, or give the message up.

    `retry_after` is the receiver's own wish in seconds; it can only make us wait
    longer. An endpoint whose last try failed is disabled.
    """
    delivery = _existing(delivery_id)
    if delivery is None:
        return
    if delivery.tries > len(RETRY_AFTER):
        delivery_move(
            delivery_id,
            old=DeliveryState.PENDING,
            new=DeliveryState.GIVEN_UP,
            last_status=status,
            last_error=error[:300],
        )
        endpoint_disable(endpoint=delivery.endpoint, reason="unreachable")
        return
    wait = RETRY_AFTER[delivery.tries - 1]
    # Up to a tenth more, so that what failed together does not come back together.
    wait += secrets.randbelow(wait // 10 + 1)
    if retry_after is not None:
        wait = max(wait, min(retry_after, RETRY_AFTER[-1]))
    WebhookDelivery.objects.filter(pk=delivery_id, state=DeliveryState.PENDING).update(
        next_at=now + timedelta(seconds=wait),
        lease_until=None,
        last_status=status,
        last_error=error[:300],
    )


@transaction.atomic
def delivery_replay(*, delivery: WebhookDelivery) -> bool:
    """Send a given-up message again, with its old id; say whether it moved.

    Raises: `NotReady` while its endpoint is disabled.
    """
    if delivery.endpoint.disabled_at is not None:
        message = "This endpoint is disabled. Enable it first."
        raise NotReady(message)
    moved = delivery_move(
        delivery.pk,
        old=DeliveryState.GIVEN_UP,
        new=DeliveryState.PENDING,
        tries=0,
        next_at=timezone.now(),
    )
    if moved:
        send_on_commit(DELIVER_TASK, delivery.pk)
    return moved
