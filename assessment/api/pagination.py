"""Long lists, in pages that stay in place while rows are added.

Lists run from the newest to the oldest. A cursor is the public id of the last row of
a page, so it says nothing about how many rows there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from assessment.api.errors import parameter_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import Model
    from rest_framework.request import Request
    from rest_framework.views import APIView

DEFAULT_LIMIT: Final = 50
LARGEST_LIMIT: Final = 200


class NewestFirst(BasePagination):
    """Pages of rows by falling primary key; the view names the public id's field."""

    def __init__(self) -> None:
        self._next_cursor: str | None = None
        self._next: str | None = None

    def paginate_queryset(
        self,
        queryset: QuerySet[Any] | Sequence[Any],
        request: Request,
        view: APIView | None = None,
    ) -> list[Any]:
        """Return the rows of the wanted page and remember where the next one begins.

        Raises: `RequestInvalid` for a cursor or a limit that is none.
        """
        if not isinstance(queryset, QuerySet):
            message = "only rows of the database have pages"
            raise TypeError(message)
        field: str = getattr(view, "cursor_field", "uid")
        limit = _limit(request.query_params.get("limit"))
        cursor = request.query_params.get("cursor")
        rows = queryset.order_by("-pk")
        if cursor is not None:
            rows = rows.filter(pk__lt=_place(queryset.model, field, cursor))
        page = list(rows[: limit + 1])
        if len(page) > limit:
            page.pop()
            self._next_cursor = str(getattr(page[-1], field))
            self._next = replace_query_param(
                request.build_absolute_uri(), "cursor", self._next_cursor
            )
        return page

    def get_paginated_response(self, data: Sequence[Any]) -> Response:
        """Return a page with the way to the next one."""
        return Response(
            {"results": data, "next_cursor": self._next_cursor, "next": self._next}
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return the JSON Schema of a page."""
        return {
            "type": "object",
            "required": ["results", "next_cursor", "next"],
            "properties": {
                "results": schema,
                "next_cursor": {
                    "type": ["string", "null"],
                    "description": "Send it as `cursor` to get the next page; "
                    "null on the last page.",
                },
                "next": {
                    "type": ["string", "null"],
                    "format": "uri",
                    "description": "The address of the next page.",
                },
            },
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:  # noqa: ARG002  # REST framework's signature
        """Return the parameters that choose a page."""
        return [
            {
                "name": "cursor",
                "in": "query",
                "required": False,
                "description": "The `next_cursor` of the page before.",
                "schema": {"type": "string"},
            },
            {
                "name": "limit",
                "in": "query",
                "required": False,
                "description": "How many entries a page has.",
                "schema": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": LARGEST_LIMIT,
                    "default": DEFAULT_LIMIT,
                },
            },
        ]


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    # isdecimal alone would let digits of any script through, of any number.
    if text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST_LIMIT)):
        limit = int(text)
        if 1 <= limit <= LARGEST_LIMIT:
            return limit
    name = "limit"
    detail = f"Must be a whole number from 1 to {LARGEST_LIMIT}."
    raise parameter_error(name, detail)


def _place(model: type[Model], field: str, cursor: str) -> int:
    try:
        place = (
            None
            if "\x00" in cursor
            else (
                model._default_manager.filter(**{field: cursor})  # noqa: SLF001  # Django's documented name
                .values_list("pk", flat=True)
                .first()
            )
        )
    except (ValidationError, ValueError):
        place = None
    if place is None:
        name = "cursor"
        detail = "Must be the next_cursor of an earlier page."
        raise parameter_error(name, detail)
    return int(place)
