"""Who wants to be told, and what they were told."""

from __future__ import annotations

import uuid

from django.db import models

from assessment.models.organisation import Organisation
from assessment.states import DeliveryState


class WebhookEndpoint(models.Model):
    """An address of a hiring system that receives signed messages."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="webhook_endpoints"
    )
    url = models.URLField(max_length=500)
    secret = models.CharField(max_length=120)  # whsec_..., needed whole to sign
    event_types = models.JSONField(default=list)  # empty: all
    created_at = models.DateTimeField(auto_now_add=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_reason = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.url


class WebhookDelivery(models.Model):
    """One message to one endpoint, with every try counted."""

    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries"
    )
    message_id = models.CharField(max_length=64)  # the same in every try
    event_type = models.CharField(max_length=60)
    body = models.TextField()  # the exact bytes that are signed, as text
    state = models.CharField(
        max_length=10,
        choices=[(state, state) for state in DeliveryState],
        default=DeliveryState.PENDING,
    )
    tries = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    last_status = models.PositiveIntegerField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["state", "next_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "message_id"], name="delivery_message_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[str(state) for state in DeliveryState]),
                name="delivery_state_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} to {self.endpoint_id} ({self.state})"
