"""Where a hiring system is told what happens, and what it was told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from assessment.api.endpoint import Endpoint
from assessment.api.idempotency import HEADER, answer_once
from assessment.api.pagination import NewestFirst
from assessment.errors import IllegalMove, NotFound
from assessment.models import WebhookDelivery, WebhookEndpoint
from assessment.selectors.webhooks import endpoints_of
from assessment.services.webhooks import (
    EVENT_TYPES,
    delivery_replay,
    endpoint_create,
    endpoint_delete,
    endpoint_enable,
)
from assessment.states import DeliveryState
from assessment.webhooks.addresses import check_address

if TYPE_CHECKING:
    from uuid import UUID

    from rest_framework.request import Request

    from assessment.models import Organisation

SCOPE = "webhooks:write"


class EndpointRequest(serializers.Serializer[Any]):
    """An address that is to be told what happens."""

    url = serializers.CharField(
        max_length=500,
        help_text="Where messages are POSTed; https, and not in a private network.",
    )
    event_types = serializers.ListField(
        child=serializers.ChoiceField(list(EVENT_TYPES)),
        required=False,
        default=list,
        max_length=len(EVENT_TYPES),
        help_text="Only these events; empty: all, also those that are added later.",
    )

    class Meta:
        ref_name = "WebhookEndpointRequest"


class EndpointJson(serializers.Serializer[WebhookEndpoint]):
    """An address that is told what happens."""

    id = serializers.UUIDField(source="uid")
    url = serializers.CharField()
    event_types = serializers.ListField(child=serializers.CharField())
    secret = serializers.SerializerMethodField(
        help_text="Signs the messages. Only in the answer that made the endpoint."
    )
    created_at = serializers.DateTimeField()
    disabled_at = serializers.DateTimeField(allow_null=True)
    disabled_reason = serializers.CharField(allow_blank=True)

    class Meta:
        ref_name = "WebhookEndpoint"

    def get_secret(self, row: WebhookEndpoint) -> str | None:
        """Return the secret where the answer may hold it."""
        return row.secret if self.context.get("fresh") else None


class DeliveryJson(serializers.Serializer[WebhookDelivery]):
    """One message and how the sending went."""

    message_id = serializers.CharField(
        help_text="The header webhook-id, the same in every try."
    )
    event_type = serializers.CharField()
    state = serializers.ChoiceField([str(state) for state in DeliveryState])
    tries = serializers.IntegerField()
    next_at = serializers.SerializerMethodField(
        help_text="When it is tried next; null when it is not."
    )
    last_status = serializers.IntegerField(
        allow_null=True,
        help_text="The HTTP status of the last answer; null: none came.",
    )
    last_error = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    delivered_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        ref_name = "WebhookDelivery"

    def get_next_at(self, row: WebhookDelivery) -> str | None:
        """Return when a pending message is tried next."""
        if row.state != DeliveryState.PENDING:
            return None
        return serializers.DateTimeField().to_representation(row.next_at)


ENDPOINT_EXAMPLE = OpenApiExample(
    "An endpoint",
    request_only=True,
    value={
        "url": "https://hiring.example.com/hooks/inferview",
        "event_types": ["report.released"],
    },
)


def endpoint_of(organisation: Organisation, endpoint_id: UUID) -> WebhookEndpoint:
    """Return one endpoint.

    Raises: `NotFound`, also for an endpoint of another organisation.
    """
    row = endpoints_of(organisation).filter(uid=endpoint_id).first()
    if row is None:
        raise NotFound
    return row


class EndpointList(Endpoint):
    """The addresses that are told what happens."""

    scopes = {"GET": SCOPE, "POST": SCOPE}
    problems = {
        "POST": (
            "webhook.endpoint_refused",
            "idempotency.key_busy",
            "idempotency.key_reused",
        )
    }
    serializer_class = EndpointJson
    pagination_class = NewestFirst

    @extend_schema(
        operation_id="list_webhook_endpoints",
        summary="List endpoints",
        responses=EndpointJson(many=True),
    )
    def get(self, _request: Request) -> Response:
        """Return the endpoints, newest first."""
        return self.page_of(endpoints_of(self.organisation))

    @extend_schema(
        operation_id="create_webhook_endpoint",
        summary="Register an endpoint",
        parameters=[
            OpenApiParameter(
                HEADER,
                str,
                OpenApiParameter.HEADER,
                description="The same request with the same key registers once.",
            )
        ],
        request=EndpointRequest,
        responses={201: EndpointJson},
        examples=[ENDPOINT_EXAMPLE],
    )
    def post(self, request: Request) -> HttpResponse:
        """Register an address and return it with its secret, this once."""
        wanted = EndpointRequest(data=request.data)
        wanted.is_valid(raise_exception=True)
        values = wanted.validated_data
        check_address(values["url"])

        def work() -> dict[str, Any]:
            row = endpoint_create(
                organisation=self.organisation,
                url=values["url"],
                event_types=values["event_types"],
            )
            return dict(EndpointJson(row, context={"fresh": True}).data)

        return answer_once(self, route="webhook-endpoints", work=work, required=False)


class EndpointDetail(Endpoint):
    """One address that is told what happens."""

    scopes = {"GET": SCOPE, "DELETE": SCOPE}
    serializer_class = EndpointJson

    @extend_schema(operation_id="get_webhook_endpoint", summary="Get an endpoint")
    def get(self, _request: Request, endpoint_id: UUID) -> Response:
        """Return an endpoint, without its secret."""
        row = endpoint_of(self.organisation, endpoint_id)
        return Response(EndpointJson(row).data)

    @extend_schema(
        operation_id="delete_webhook_endpoint",
        summary="Delete an endpoint",
        responses={204: None},
    )
    def delete(self, _request: Request, endpoint_id: UUID) -> HttpResponse:
        """Stop calling an address and forget what was sent there."""
        endpoint_delete(endpoint=endpoint_of(self.organisation, endpoint_id))
        return HttpResponse(status=204)


class EndpointEnable(Endpoint):
    """Call a disabled address again."""

    scopes = {"POST": SCOPE}
    serializer_class = EndpointJson

    @extend_schema(
        operation_id="enable_webhook_endpoint",
        summary="Enable a disabled endpoint",
        request=None,
        responses={200: EndpointJson},
    )
    def post(self, _request: Request, endpoint_id: UUID) -> Response:
        """Tell an address what happens from now on.

        What was given up meanwhile is sent when it is replayed.
        """
        endpoint_enable(endpoint=endpoint_of(self.organisation, endpoint_id))
        row = endpoint_of(self.organisation, endpoint_id)
        return Response(EndpointJson(row).data)


class DeliveryList(Endpoint):
    """What an endpoint was told."""

    scopes = {"GET": SCOPE}
    serializer_class = DeliveryJson
    pagination_class = NewestFirst
    cursor_field = "message_id"

    @extend_schema(
        operation_id="list_webhook_deliveries",
        summary="List an endpoint's messages",
        responses=DeliveryJson(many=True),
    )
    def get(self, _request: Request, endpoint_id: UUID) -> Response:
        """Return an endpoint's messages, newest first."""
        row = endpoint_of(self.organisation, endpoint_id)
        return self.page_of(row.deliveries.all())


class DeliveryReplay(Endpoint):
    """Send a message again."""

    scopes = {"POST": SCOPE}
    problems = {"POST": ("state.illegal_move", "state.not_ready")}
    serializer_class = DeliveryJson

    @extend_schema(
        operation_id="replay_webhook_delivery",
        summary="Send a given-up message again",
        request=None,
        responses={202: DeliveryJson},
    )
    def post(self, _request: Request, endpoint_id: UUID, message_id: str) -> Response:
        """Send a message that was given up again, under its old id."""
        endpoint = endpoint_of(self.organisation, endpoint_id)
        # NUL cannot even be asked for in PostgreSQL.
        wanted = message_id.replace("\x00", "")
        delivery = endpoint.deliveries.filter(message_id=wanted).first()
        if delivery is None:
            raise NotFound
        if not delivery_replay(delivery=delivery):
            message = "Only a message that was given up is sent again."
            raise IllegalMove(message)
        delivery.refresh_from_db()
        return Response(DeliveryJson(delivery).data, status=202)
