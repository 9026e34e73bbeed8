"""The description of the API for machines (OpenAPI 3.1), and a page to read it."""

from __future__ import annotations

from typing import Any, Final

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.utils import OpenApiResponse, OpenApiWebhook, extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework import serializers

from assessment.api.v1.orders import STATUSES
from assessment.services.webhooks import EVENT_TYPES


class _EventData(serializers.Serializer[Any]):
    order_id = serializers.UUIDField()
    external_id = serializers.CharField(allow_blank=True)
    status = serializers.ChoiceField(list(STATUSES))

    class Meta:
        ref_name = "EventData"


class _Event(serializers.Serializer[Any]):
    """One message: ids and a status, nothing about the candidate and no mark."""

    type = serializers.ChoiceField(list(EVENT_TYPES))
    timestamp = serializers.DateTimeField(help_text="When it happened.")
    data = _EventData()  # type: ignore[assignment]  # the message's word

    class Meta:
        ref_name = "Event"


_WHEN: Final = {
    "attempt.started": "A candidate has started.",
    "attempt.submitted": "An attempt was handed in, by the candidate or by the clock.",
    "attempt.cancelled": "An order was cancelled.",
    "report.released": "The result was released and can be fetched.",
}
_SIGNED: Final = (
    "\n\nSigned as Standard Webhooks has it: the headers `webhook-id`, "
    "`webhook-timestamp` and `webhook-signature`. The same id may arrive twice."
)


def _webhook(event_type: str) -> OpenApiWebhook:
    return OpenApiWebhook(
        name=event_type,
        decorator=extend_schema(
            operation_id=event_type.replace(".", "_"),
            summary=_WHEN[event_type],
            description=_WHEN[event_type] + _SIGNED,
            tags=["webhooks"],
            auth=[],
            request=_Event,
            responses={
                "2XX": OpenApiResponse(description="Taken."),
                "410": OpenApiResponse(
                    description="Do not call this address again: it is disabled."
                ),
                "default": OpenApiResponse(
                    description="Anything else is tried again for about three days."
                ),
            },
        ),
    )


ATTEMPT_STARTED: Final = _webhook("attempt.started")
ATTEMPT_SUBMITTED: Final = _webhook("attempt.submitted")
ATTEMPT_CANCELLED: Final = _webhook("attempt.cancelled")
REPORT_RELEASED: Final = _webhook("report.released")

DESCRIPTION: Final = """
Order assessments for candidates, follow them and fetch released scorecards.

* Every call carries an API key, as a bearer token or as the user name of HTTP Basic.
* Every error is `application/problem+json` with a stable `code`.
* Creating calls are repeatable with an `Idempotency-Key`.
* Nothing about marks leaves before a person has released the result.
* Fields may be added to answers at any time; unknown fields of requests are ignored.
"""

# Given to drf-spectacular's views and its command (`--custom-settings`).
SETTINGS: Final[dict[str, Any]] = {
    "TITLE": "Inferview API",
    "DESCRIPTION": DESCRIPTION.strip(),
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": r"/api/v[0-9]+",
    "WEBHOOKS": [  # the library imports them by name
        f"{__name__}.ATTEMPT_STARTED",
        f"{__name__}.ATTEMPT_SUBMITTED",
        f"{__name__}.ATTEMPT_CANCELLED",
        f"{__name__}.REPORT_RELEASED",
    ],
    "ENUM_NAME_OVERRIDES": {"LanguageEnum": ["zh", "en"]},
    "TAGS": [
        {"name": "assessments", "description": "What can be ordered."},
        {"name": "orders", "description": "Candidates, their attempts, their results."},
        {"name": "webhook-endpoints", "description": "Who is told what happens."},
        {"name": "webhooks", "description": "What is told."},
    ],
}


class DescriptionView(SpectacularAPIView):
    """The description: JSON, or YAML with `?format=yaml` or by the Accept header."""

    renderer_classes = [
        OpenApiJsonRenderer2,
        OpenApiJsonRenderer,
        OpenApiYamlRenderer2,
        OpenApiYamlRenderer,
    ]
    custom_settings = SETTINGS


description = DescriptionView.as_view()
# The page writes style attributes while it draws; only here may it do so.
reading_page = csp_update({"style-src": [SELF, UNSAFE_INLINE]})(
    SpectacularSwaggerSplitView.as_view(url_name="api-description")
)
