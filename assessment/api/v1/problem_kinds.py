"""What each code means: the addresses that problems name as their type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from assessment.api.endpoint import Endpoint
from assessment.api.errors import PROBLEMS, type_address
from assessment.errors import NotFound

if TYPE_CHECKING:
    from rest_framework.request import Request


class ProblemKindDetail(Endpoint):
    """One code, for whoever follows the `type` of a problem."""

    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = []
    schema = None  # type: ignore[assignment]  # explains the API, is not part of it

    def get(self, _request: Request, code: str) -> Response:
        """Return what a code means."""
        kind = PROBLEMS.get(code)
        if kind is None:
            raise NotFound
        return Response(
            {
                "type": type_address(code),
                "code": code,
                "status": kind.status,
                "title": kind.title,
                "retryable": kind.retryable,
                "documentation": "docs/errors.md",
            }
        )
