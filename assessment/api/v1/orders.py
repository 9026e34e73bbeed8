"""Orders: a candidate is to sit an assessment, and what becomes of it.

An order's status is made of the attempt's state; `ORDER_STATUS` is the whole rule.
An order says nothing about marks: those leave with the released result alone.
"""

from __future__ import annotations

import json
import unicodedata
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_field,
)
from rest_framework import serializers
from rest_framework.response import Response

from assessment.api.endpoint import Endpoint
from assessment.api.errors import body_error, parameter_error
from assessment.api.idempotency import HEADER, answer_once
from assessment.api.pagination import NewestFirst
from assessment.errors import NotFound
from assessment.models import Assessment, Invitation
from assessment.selectors.attempts import invitations_of
from assessment.services.invitations import (
    Candidate,
    invitation_cancel,
    invitation_create,
    invitation_renew,
)
from assessment.services.mail import invitation_url
from assessment.states import AttemptState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet
    from django.http import HttpResponse
    from rest_framework.request import Request

    from assessment.models import Organisation, Report

ORDER_STATUS: Final[Mapping[AttemptState, str]] = {
    AttemptState.INVITED: "invited",
    AttemptState.STARTED: "started",
    AttemptState.SUBMITTED: "submitted",
    # Whether marks are there, and whether somebody has read them, is inside our
    # house: both look alike until the result is released.
    AttemptState.GRADED: "in_review",
    AttemptState.REVIEWED: "in_review",
    AttemptState.RELEASED: "released",
    AttemptState.EXPIRED: "expired",
    AttemptState.CANCELLED: "cancelled",
}
STATUSES: Final = tuple(dict.fromkeys(ORDER_STATUS.values()))
LONGEST_METADATA: Final = 4_096  # bytes as JSON
LATEST_EXPIRY: Final = timedelta(days=366)
# Embeddings, overrides and isolates: in a name they only make other text look
# different from what it is.
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def plain_line(text: str) -> str:
    """Return `text`, which must be one line that shows as it is written.

    Raises: `ValidationError` for control characters and for characters that turn
        the direction of other text.
    """
    if any(unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} for char in text):
        message = "Must not contain control characters."
        raise serializers.ValidationError(message)
    if any(char in _TURNING for char in text):
        message = "Must not contain characters that turn the direction of text."
        raise serializers.ValidationError(message)
    return text


def whole_name(first: str, last: str) -> str:
    """Return a full name; one of Han characters has the family name first."""
    if first and last and all(_is_han(char) for char in first + last):
        return last + first
    return f"{first} {last}".strip()


def _holds_nul(value: object) -> bool:
    if isinstance(value, dict):
        return any(_holds_nul(inner) for pair in value.items() for inner in pair)
    if isinstance(value, list):
        return any(map(_holds_nul, value))
    return isinstance(value, str) and "\x00" in value


def _is_han(char: str) -> bool:
    return "CJK UNIFIED IDEOGRAPH" in unicodedata.name(char, "")


class CandidateRequest(serializers.Serializer[Any]):
    """Who is to be invited: `name`, or `first_name` and `last_name`."""

    name = serializers.CharField(required=False, max_length=200)
    first_name = serializers.CharField(
        required=False, max_length=100, allow_blank=True, allow_null=True
    )
    last_name = serializers.CharField(
        required=False, max_length=100, allow_blank=True, allow_null=True
    )
    email = serializers.EmailField(max_length=254)
    language = serializers.ChoiceField(
        ["zh", "en"],
        required=False,
        help_text="Of the invitation and of the pages at first; by default the "
        "assessment's first language.",
    )

    class Meta:
        ref_name = "CandidateRequest"

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Bring the name into one line.

        Raises: `ValidationError` without a name, or with one that is not plain.
        """
        name = attrs.get("name") or whole_name(
            attrs.get("first_name") or "", attrs.get("last_name") or ""
        )
        if not name:
            message = {"name": "Send name, or first_name and last_name."}
            raise serializers.ValidationError(message)
        try:
            attrs["name"] = plain_line(name)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({"name": error.detail}) from error
        return attrs


class OrderRequest(serializers.Serializer[Any]):
    """What a hiring system orders. Fields that are not listed here are ignored."""

    assessment_id = serializers.UUIDField()
    candidate = CandidateRequest()
    external_id = serializers.CharField(
        required=False,
        max_length=200,
        allow_blank=True,
        default="",
        help_text="The hiring system's own id; comes back here and in webhooks.",
    )
    metadata = serializers.DictField(
        required=False,
        default=dict,
        help_text=f"Comes back as it is; at most {LONGEST_METADATA} bytes as JSON.",
    )
    expires_at = serializers.DateTimeField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Until when the candidate can start; by default in 14 days.",
    )
    send_email = serializers.BooleanField(
        required=False,
        default=True,
        help_text="Whether we write to the candidate. If not, pass the link on.",
    )

    class Meta:
        ref_name = "OrderRequest"

    def validate_external_id(self, value: str) -> str:
        """Refuse an id that does not show as it is.

        Raises: `ValidationError`.
        """
        return plain_line(value)

    def validate_metadata(self, value: dict[str, Any]) -> dict[str, Any]:
        """Refuse what is too large or cannot be stored.

        Raises: `ValidationError`.
        """
        try:
            text = json.dumps(value, ensure_ascii=False, allow_nan=False)
            size = len(text.encode())
        except (ValueError, RecursionError) as error:  # half a surrogate pair, 1e999
            message = "Contains a value that JSON in UTF-8 cannot hold."
            raise serializers.ValidationError(message) from error
        if size > LONGEST_METADATA:
            message = f"Must have at most {LONGEST_METADATA} bytes as JSON."
            raise serializers.ValidationError(message)
        if _holds_nul(value):
            message = "Must not contain NUL characters."
            raise serializers.ValidationError(message)
        return value

    def validate_expires_at(self, value: datetime | None) -> datetime | None:
        """Refuse a time that is over, or years ahead.

        Raises: `ValidationError`.
        """
        now = timezone.now()
        if value is not None and value <= now:
            message = "Must lie in the future."
            raise serializers.ValidationError(message)
        if value is not None and value > now + LATEST_EXPIRY:
            message = f"Must lie within the next {LATEST_EXPIRY.days} days."
            raise serializers.ValidationError(message)
        return value


class CandidateJson(serializers.Serializer[Invitation]):
    """The candidate of an order, as the hiring system named them."""

    name = serializers.CharField(source="candidate_name")
    email = serializers.CharField(source="candidate_email")
    language = serializers.ChoiceField(["zh", "en"])

    class Meta:
        ref_name = "Candidate"


class OrderJson(serializers.Serializer[Invitation]):
    """An order and where it stands."""

    id = serializers.UUIDField(source="uid")
    status = serializers.SerializerMethodField()
    assessment_id = serializers.UUIDField(source="assessment.uid")
    candidate = CandidateJson(source="*")
    external_id = serializers.CharField()
    metadata = serializers.DictField()
    invitation_url = serializers.SerializerMethodField(
        help_text="The candidate's link. Only in the answer that made it (and in that "
        "answer's repetition under the same Idempotency-Key); we keep its digest alone."
    )
    renew_link_url = serializers.SerializerMethodField(
        help_text="POST here for a new link; null once the attempt has ended."
    )
    result_url = serializers.SerializerMethodField(
        help_text="GET the result here; null until it is released."
    )
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(source="attempt.started_at", allow_null=True)
    deadline = serializers.DateTimeField(source="attempt.deadline", allow_null=True)
    submitted_at = serializers.DateTimeField(
        source="attempt.submitted_at", allow_null=True
    )
    released_at = serializers.SerializerMethodField()

    class Meta:
        ref_name = "Order"

    @extend_schema_field(serializers.ChoiceField(list(STATUSES)))
    def get_status(self, row: Invitation) -> str:
        """Return the neutral status."""
        return ORDER_STATUS[AttemptState(row.attempt.state)]

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_invitation_url(self, row: Invitation) -> str | None:  # noqa: ARG002  # the token is not in the row
        """Return the link where the answer may hold it."""
        token: str | None = self.context.get("token")
        return invitation_url(token) if token else None

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_renew_link_url(self, row: Invitation) -> str | None:
        """Return where a new link is made, while one makes sense."""
        if row.attempt.state in {AttemptState.INVITED, AttemptState.STARTED}:
            return self._address("order-renew-link", row)
        return None

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_result_url(self, row: Invitation) -> str | None:
        """Return where the result is, once it is released."""
        if row.attempt.state == AttemptState.RELEASED:
            return self._address("order-result", row)
        return None

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_released_at(self, row: Invitation) -> str | None:
        """Return when the result was released."""
        report: Report | None = getattr(row.attempt, "report", None)
        if report is None or row.attempt.state != AttemptState.RELEASED:
            return None
        return serializers.DateTimeField().to_representation(report.released_at)

    def _address(self, name: str, row: Invitation) -> str:
        path = reverse(name, kwargs={"order_id": row.uid})
        address: str = self.context["request"].build_absolute_uri(path)
        return address


ORDER_EXAMPLE: Final = OpenApiExample(
    "An order",
    request_only=True,
    value={
        "assessment_id": "0d9f3c5e-9d0c-4b49-9a53-3f2a1c7f6e10",
        "candidate": {
            "first_name": "Wei",
            "last_name": "Li",
            "email": "li.wei@example.org",
            "language": "zh",
        },
        "external_id": "application-4711",
        "metadata": {"requisition": "R-12"},
    },
)
KEY_PARAMETER: Final = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="Names this order, 1 to 255 characters, best a fresh UUID. The same "
    "request with the same key is answered alike for 24 hours and orders once.",
)


def orders_of(organisation: Organisation) -> QuerySet[Invitation]:
    """Return every order that this organisation may see."""
    return invitations_of(organisation).select_related("attempt__report")


def order_of(organisation: Organisation, order_id: UUID) -> Invitation:
    """Return one order.

    Raises: `NotFound`, also for an order of another organisation.
    """
    row = orders_of(organisation).filter(uid=order_id).first()
    if row is None:
        raise NotFound
    return row


class OrderList(Endpoint):
    """Order assessments, and see what was ordered."""

    scopes = {"GET": "orders:read", "POST": "orders:write"}
    problems = {
        "POST": (
            "idempotency.key_missing",
            "idempotency.key_busy",
            "idempotency.key_reused",
            "assessment.invalid",
        )
    }
    serializer_class = OrderJson
    pagination_class = NewestFirst

    @extend_schema(
        operation_id="list_orders",
        summary="List orders",
        responses=OrderJson(many=True),
        parameters=[
            OpenApiParameter("status", str, enum=STATUSES, description="Only these."),
            OpenApiParameter(
                "external_id", str, description="Only those of this id of yours."
            ),
        ],
    )
    def get(self, request: Request) -> Response:
        """Return orders, newest first."""
        rows = orders_of(self.organisation)
        status = request.query_params.get("status")
        if status is not None:
            rows = rows.filter(attempt__state__in=_states_of(status))
        external_id = request.query_params.get("external_id")
        if external_id is not None:
            rows = rows.filter(external_id=external_id.replace("\x00", "\ufffd"))
        return self.page_of(rows)

    @extend_schema(
        operation_id="create_order",
        summary="Order an assessment for a candidate",
        parameters=[KEY_PARAMETER],
        request=OrderRequest,
        responses={201: OrderJson},
        examples=[ORDER_EXAMPLE],
    )
    def post(self, request: Request) -> HttpResponse:
        """Invite a candidate and return the order with the candidate's link."""
        wanted = OrderRequest(data=request.data)
        wanted.is_valid(raise_exception=True)
        values = wanted.validated_data
        assessment = Assessment.objects.filter(
            organisation=self.organisation, uid=values["assessment_id"]
        ).first()
        if assessment is None:
            pointer = "/assessment_id"
            detail = "There is no such assessment here."
            raise body_error(pointer, detail)

        def work() -> dict[str, Any]:
            return self._order(request, assessment, values)

        return answer_once(self, route="orders", work=work, required=True)

    def _order(
        self, request: Request, assessment: Assessment, values: dict[str, Any]
    ) -> dict[str, Any]:
        candidate = values["candidate"]
        invitation, token = invitation_create(
            assessment=assessment,
            candidate=Candidate(
                name=candidate["name"],
                email=candidate["email"],
                language=candidate.get("language") or assessment.languages[0],
                external_id=values["external_id"],
                metadata=values["metadata"],
            ),
            expires_at=values["expires_at"],
            api_key=self.key,
            send_mail=values["send_email"],
        )
        return _as_json(request, invitation, token)


class OrderDetail(Endpoint):
    """One order."""

    scopes = {"GET": "orders:read"}
    serializer_class = OrderJson

    @extend_schema(operation_id="get_order", summary="Get an order")
    def get(self, request: Request, order_id: UUID) -> Response:
        """Return an order and where it stands."""
        return Response(_as_json(request, order_of(self.organisation, order_id)))


class OrderCancel(Endpoint):
    """Take an order back."""

    scopes = {"POST": "orders:write"}
    problems = {"POST": ("state.illegal_move",)}
    serializer_class = OrderJson

    @extend_schema(
        operation_id="cancel_order",
        summary="Cancel an order",
        request=None,
        responses={200: OrderJson},
    )
    def post(self, request: Request, order_id: UUID) -> Response:
        """Take an order back, whatever became of it, unless it was released.

        Cancelling twice changes nothing.
        """
        invitation_cancel(invitation=order_of(self.organisation, order_id))
        return Response(_as_json(request, order_of(self.organisation, order_id)))


class RenewLinkRequest(serializers.Serializer[Any]):
    """How the new link is to reach the candidate."""

    send_email = serializers.BooleanField(required=False, default=True)

    class Meta:
        ref_name = "RenewLinkRequest"


class OrderRenewLink(Endpoint):
    """Make a new link for a candidate."""

    scopes = {"POST": "orders:write"}
    problems = {"POST": ("state.illegal_move",)}
    serializer_class = OrderJson

    @extend_schema(
        operation_id="renew_order_link",
        summary="Replace the candidate's link",
        request=RenewLinkRequest,
        responses={200: OrderJson},
    )
    def post(self, request: Request, order_id: UUID) -> Response:
        """Return the order with a new link; the old link stops working.

        For a candidate who lost the link or changes the device. What was written
        and the running clock stay as they are.
        """
        wanted = RenewLinkRequest(data=request.data or {})
        wanted.is_valid(raise_exception=True)
        token = invitation_renew(
            invitation=order_of(self.organisation, order_id),
            send_mail=wanted.validated_data["send_email"],
        )
        order = order_of(self.organisation, order_id)
        return Response(_as_json(request, order, token))


def _as_json(
    request: Request, invitation: Invitation, token: str | None = None
) -> dict[str, Any]:
    context = {"request": request, "token": token}
    return dict(OrderJson(invitation, context=context).data)


def _states_of(status: str) -> list[str]:
    states = [str(state) for state, name in ORDER_STATUS.items() if name == status]
    if not states:
        name = "status"
        detail = f"Must be one of: {', '.join(STATUSES)}."
        raise parameter_error(name, detail)
    return states
