"""Read what hiring systems are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from assessment.models import WebhookDelivery, WebhookEndpoint
from assessment.states import DeliveryState

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from assessment.models import Organisation


def deliveries_due(moment: datetime) -> QuerySet[WebhookDelivery]:
    """Return pending messages whose next try is due and that nobody is sending."""
    return WebhookDelivery.objects.filter(
        Q(lease_until__isnull=True) | Q(lease_until__lt=moment),
        state=DeliveryState.PENDING,
        next_at__lte=moment,
    )


def endpoints_of(organisation: Organisation) -> QuerySet[WebhookEndpoint]:
    """Return every webhook address of an organisation."""
    return WebhookEndpoint.objects.filter(organisation=organisation)
