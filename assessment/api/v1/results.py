"""Results: the scorecard of an order, once somebody has released it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from assessment.api.endpoint import Endpoint
from assessment.api.v1.orders import order_of
from assessment.errors import NotReleased
from assessment.models import Report
from assessment.reports.build import with_later_fields
from assessment.reports.links import scorecard_link
from assessment.states import AttemptState

if TYPE_CHECKING:
    from uuid import UUID

    from rest_framework.request import Request


class _Named(serializers.Serializer[Any]):
    zh = serializers.CharField(required=False)
    en = serializers.CharField(required=False)

    class Meta:
        ref_name = "Translated"


class _ResultCandidate(serializers.Serializer[Any]):
    name = serializers.CharField()
    email = serializers.CharField()

    class Meta:
        ref_name = "ResultCandidate"


class _ResultAssessment(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    title = serializers.CharField()

    class Meta:
        ref_name = "ResultAssessment"


_LOW: Final = "Lower end of the 90 % interval; null where none is known."
_HIGH: Final = "Upper end of the 90 % interval; null where none is known."


class _ResultTopic(serializers.Serializer[Any]):
    topic = serializers.CharField()
    name = _Named()
    score = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True, help_text=_LOW)
    high = serializers.FloatField(allow_null=True, help_text=_HIGH)
    items = serializers.IntegerField(help_text="How many questions it had.")

    class Meta:
        ref_name = "ResultTopic"


class _ResultQuestion(serializers.Serializer[Any]):
    slug = serializers.CharField()
    version = serializers.IntegerField()
    kind = serializers.ChoiceField(["text", "speed"])
    topic = serializers.CharField()
    title = _Named()

    class Meta:
        ref_name = "ResultQuestion"


class _ResultOverride(serializers.Serializer[Any]):
    score = serializers.FloatField()
    reason = serializers.CharField()
    by = serializers.CharField()
    at = serializers.DateTimeField()

    class Meta:
        ref_name = "ResultOverride"


class _ResultItem(serializers.Serializer[Any]):
    position = serializers.IntegerField()
    question = _ResultQuestion()
    weight = serializers.FloatField()
    score = serializers.FloatField(
        allow_null=True, help_text="The mark that counts, from 0 to 1."
    )
    automatic_score = serializers.FloatField(
        allow_null=True, help_text="The mark that was computed."
    )
    low = serializers.FloatField(
        allow_null=True,
        help_text="Lower end of the 90 % interval of a text's computed mark: where a "
        "person's mark would lie. Null for code and where none is known.",
    )
    high = serializers.FloatField(
        allow_null=True, help_text="Upper end of the same interval."
    )
    doubt = serializers.FloatField(
        allow_null=True,
        help_text="From 0 to 1: the share of known answers whose computed mark is less "
        "doubtful. Null where it is not known.",
    )
    review = serializers.BooleanField(
        help_text="Whether the grader asked for a person to read this answer."
    )
    reasons = serializers.ListField(
        child=serializers.CharField(),
        help_text="Why: `doubt`, or names of what was noticed in the answer.",
    )
    override = _ResultOverride(
        allow_null=True, help_text="A person's own mark, which counts instead."
    )
    answer = serializers.CharField(allow_blank=True)
    answer_language = serializers.CharField()
    grade = serializers.DictField(
        allow_null=True,
        help_text="The evidence: key points with the sentences that met them, or the "
        "measured speed-up with its interval.",
    )

    class Meta:
        ref_name = "ResultItem"


class ResultJson(serializers.Serializer[Any]):
    """A released scorecard, frozen as it was on release. Scores are from 0 to 1."""

    schema = serializers.IntegerField(
        help_text="Goes up when a field changes its meaning."
    )
    order_id = serializers.UUIDField()
    external_id = serializers.CharField(allow_blank=True)
    candidate = _ResultCandidate()
    assessment = _ResultAssessment()
    started_at = serializers.DateTimeField(allow_null=True)
    submitted_at = serializers.DateTimeField(allow_null=True)
    submitted_by_timeout = serializers.BooleanField()
    score = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True, help_text=_LOW)
    high = serializers.FloatField(allow_null=True, help_text=_HIGH)
    topics = _ResultTopic(many=True)
    items = _ResultItem(many=True)
    released_at = serializers.DateTimeField()
    scorecard_url = serializers.URLField(
        help_text="Shows the scorecard to anybody who has this address, for seven "
        "days; each call makes a fresh one."
    )

    class Meta:
        ref_name = "Result"


class OrderResult(Endpoint):
    """The result of one order."""

    scopes = {"GET": "results:read"}
    problems = {"GET": ("report.not_released",)}
    serializer_class = ResultJson

    @extend_schema(operation_id="get_order_result", summary="Get a released result")
    def get(self, _request: Request, order_id: UUID) -> Response:
        """Return the released scorecard with a link to show it.

        Until a person has released it the answer is `report.not_released`; the
        webhook `report.released` says when.
        """
        order = order_of(self.organisation, order_id)
        report = Report.objects.filter(
            attempt=order.attempt, attempt__state=AttemptState.RELEASED
        ).first()
        if report is None:
            raise NotReleased
        body = with_later_fields(report.body)
        body["released_at"] = serializers.DateTimeField().to_representation(
            report.released_at
        )
        body["scorecard_url"] = scorecard_link(report)
        return Response(body)
