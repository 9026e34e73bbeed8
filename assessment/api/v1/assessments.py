"""What a hiring system can order: the organisation's assessments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from assessment.api.endpoint import Endpoint
from assessment.api.pagination import NewestFirst
from assessment.errors import NotFound
from assessment.models import Assessment

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet
    from rest_framework.request import Request

    from assessment.models import Organisation


class AssessmentJson(serializers.Serializer[Assessment]):
    """An assessment that candidates can be invited to."""

    id = serializers.UUIDField(source="uid")
    title = serializers.CharField()
    duration_minutes = serializers.IntegerField()
    languages = serializers.ListField(
        child=serializers.ChoiceField(["zh", "en"]),
        help_text="In which candidates may answer.",
    )
    question_count = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    archived_at = serializers.DateTimeField(
        allow_null=True, help_text="Since when no candidate can be invited to it."
    )

    class Meta:
        ref_name = "Assessment"

    def get_question_count(self, row: Assessment) -> int:
        """Return how many questions a candidate is asked."""
        return len(row.items.all()) + sum(draw.count for draw in row.draws.all())


def assessments_of(organisation: Organisation) -> QuerySet[Assessment]:
    """Return every assessment of an organisation, archived ones too."""
    return Assessment.objects.filter(organisation=organisation).prefetch_related(
        "items", "draws"
    )


class AssessmentList(Endpoint):
    """The assessments that can be ordered."""

    scopes = {"GET": "assessments:read"}
    serializer_class = AssessmentJson
    pagination_class = NewestFirst

    @extend_schema(
        operation_id="list_assessments",
        summary="List assessments",
        responses=AssessmentJson(many=True),
    )
    def get(self, _request: Request) -> Response:
        """Return the assessments that are not archived, newest first."""
        rows = assessments_of(self.organisation).filter(archived_at__isnull=True)
        return self.page_of(rows)


class AssessmentDetail(Endpoint):
    """One assessment."""

    scopes = {"GET": "assessments:read"}
    serializer_class = AssessmentJson

    @extend_schema(operation_id="get_assessment", summary="Get an assessment")
    def get(self, _request: Request, assessment_id: UUID) -> Response:
        """Return one assessment, also one that is archived."""
        row = assessments_of(self.organisation).filter(uid=assessment_id).first()
        if row is None:
            raise NotFound
        return Response(AssessmentJson(row).data)
