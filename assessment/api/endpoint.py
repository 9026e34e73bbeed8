"""What all views of the API share: who asks, limits of a request, and headers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from django.core.exceptions import RequestDataTooBig
from django.utils import translation
from rest_framework.exceptions import APIException, NotFound, ParseError
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import JSONParser
from rest_framework.permissions import AllowAny

from assessment.api.errors import new_request_id
from assessment.api.schema import ProblemSchema
from assessment.api.throttles import KeyThrottle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from rest_framework.request import Request
    from rest_framework.response import Response
    from rest_framework.throttling import BaseThrottle

    from assessment.models import ApiKey, Organisation

LARGEST_BODY: Final = 64 * 1024  # bytes; an order has about 500


class LengthRequired(APIException):
    """A body in pieces, of a length that nobody has said."""

    default_detail = "Send the body whole, with its Content-Length."
    default_code = "request.length_required"


class NestedJSONParser(JSONParser):
    """Reads JSON, and refuses what is nested too deeply to be read."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # any JSON
        """Return the values of a body.

        Raises: `ParseError` when it is not JSON.
        """
        try:
            return super().parse(*args, **kwargs)
        except RecursionError as error:
            message = "JSON parse error - nested too deeply"
            raise ParseError(message) from error


class Endpoint(GenericAPIView[Any]):
    """One path of the API.

    `scopes` names the scope of an API key that each method needs.
    """

    scopes: ClassVar[Mapping[str, str]] = {}
    http_method_names = ["get", "head", "post", "delete"]
    parser_classes = [NestedJSONParser]
    schema = ProblemSchema()
    request_id = ""
    _counted: tuple[BaseThrottle, ...] = ()

    def dispatch(
        self, request: HttpRequest, *args: object, **kwargs: object
    ) -> HttpResponseBase:
        """Answer one request, in English whatever its reader's language."""
        self.request_id = new_request_id()
        with translation.override("en"):
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Check key, scope, rate and size before anything is read.

        Raises: `LengthRequired` and `RequestDataTooBig` besides REST framework's own
            refusals.
        """
        super().initial(request, *args, **kwargs)
        if "Transfer-Encoding" in request.headers:
            # The server hands such a body on as an empty one.
            raise LengthRequired
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            raise RequestDataTooBig

    def get_throttles(self) -> list[BaseThrottle]:
        """Return the throttles and keep them, for the headers."""
        throttles = list(super().get_throttles())
        self._counted = tuple(throttles)
        return throttles

    def finalize_response(
        self,
        request: Request,
        response: Any,  # noqa: ANN401  # as REST framework has it
        *args: object,
        **kwargs: object,
    ) -> Response:
        """Add the headers that every answer has."""
        done = super().finalize_response(request, response, *args, **kwargs)
        done["X-Request-Id"] = self.request_id
        done["Cache-Control"] = "no-store"
        done["Content-Language"] = "en"
        for throttle in self._counted:
            if isinstance(throttle, KeyThrottle) and throttle.state is not None:
                for name, value in throttle.state.headers().items():
                    done[name] = value
        return done

    def page_of(self, rows: QuerySet[Any]) -> Response:
        """Return the page of `rows` that the request asks for."""
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @property
    def key(self) -> ApiKey:
        """Return the API key of this request."""
        key: ApiKey = self.request.auth  # type: ignore[assignment]  # HasScope let it in
        return key

    @property
    def organisation(self) -> Organisation:
        """Return whose data this request may see."""
        return self.key.organisation


class UnknownPath(Endpoint):
    """Any path below /api/ that is none of ours."""

    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = []
    schema = None  # type: ignore[assignment]  # not part of the description

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:  # noqa: ARG002  # every request alike
        """Refuse every method alike.

        Raises: `NotFound`.
        """
        raise NotFound
