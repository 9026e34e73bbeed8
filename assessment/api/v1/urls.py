"""Which path of the API leads where. Paths have no slash at their end."""

from __future__ import annotations

from django.urls import path, re_path

from assessment.api.endpoint import UnknownPath
from assessment.api.v1.assessments import AssessmentDetail, AssessmentList
from assessment.api.v1.description import description, reading_page
from assessment.api.v1.orders import (
    OrderCancel,
    OrderDetail,
    OrderList,
    OrderRenewLink,
)
from assessment.api.v1.problem_kinds import ProblemKindDetail
from assessment.api.v1.results import OrderResult
from assessment.api.v1.webhook_endpoints import (
    DeliveryList,
    DeliveryReplay,
    EndpointDetail,
    EndpointEnable,
    EndpointList,
)

_ORDER = "orders/<uuid:order_id>"
_ENDPOINT = "webhook-endpoints/<uuid:endpoint_id>"

urlpatterns = [
    path("assessments", AssessmentList.as_view()),
    path("assessments/<uuid:assessment_id>", AssessmentDetail.as_view()),
    path("orders", OrderList.as_view()),
    path(_ORDER, OrderDetail.as_view()),
    path(f"{_ORDER}/cancel", OrderCancel.as_view()),
    path(f"{_ORDER}/renew-link", OrderRenewLink.as_view(), name="order-renew-link"),
    path(f"{_ORDER}/result", OrderResult.as_view(), name="order-result"),
    path("webhook-endpoints", EndpointList.as_view()),
    path(_ENDPOINT, EndpointDetail.as_view()),
    path(f"{_ENDPOINT}/enable", EndpointEnable.as_view()),
    path(f"{_ENDPOINT}/deliveries", DeliveryList.as_view()),
    path(f"{_ENDPOINT}/deliveries/<str:message_id>/replay", DeliveryReplay.as_view()),
    path("errors/<str:code>", ProblemKindDetail.as_view()),
    path("schema", description, name="api-description"),
    path("docs", reading_page),
    re_path("", UnknownPath.as_view()),
]
