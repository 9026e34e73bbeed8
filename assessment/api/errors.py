"""One shape for every error, and one table of what can go wrong.

Source: RFC 9457 (problem details). A client decides by `code`, which never changes
its meaning; `detail` is for people and names no candidate. `docs/errors.md` says of
each code what to do.
"""

from __future__ import annotations

import json
import logging
import secrets
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from rest_framework import exceptions
from rest_framework.views import set_rollback

from assessment.errors import AssessmentError
from bank.errors import BankError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

log = logging.getLogger(__name__)

MEDIA_TYPE: Final = "application/problem+json"
# Seconds after which a call that met a broken database is worth another try.
TRY_AGAIN: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemKind:
    """What a code means to a caller."""

    status: int
    title: str
    retryable: bool = False  # the same request may succeed if it is sent again


PROBLEMS: Final[Mapping[str, ProblemKind]] = {
    # the request as such
    "request.malformed": ProblemKind(status=400, title="The body is not JSON"),
    "request.invalid": ProblemKind(status=400, title="A value is not valid"),
    "auth.key_missing": ProblemKind(status=401, title="No API key was sent"),
    "auth.key_invalid": ProblemKind(status=401, title="The API key is not known"),
    "auth.key_expired": ProblemKind(status=401, title="The API key has expired"),
    "auth.key_revoked": ProblemKind(status=401, title="The API key was revoked"),
    "auth.scope_missing": ProblemKind(status=403, title="The API key lacks a scope"),
    "not_found": ProblemKind(status=404, title="There is no such thing"),
    "request.method_not_allowed": ProblemKind(
        status=405, title="This path has no such method"
    ),
    "request.not_acceptable": ProblemKind(
        status=406, title="The wanted media type is not offered"
    ),
    "request.length_required": ProblemKind(
        status=411, title="The body came without its length"
    ),
    "request.too_large": ProblemKind(status=413, title="The body is too large"),
    "request.unsupported_media_type": ProblemKind(
        status=415, title="The body's media type is not understood"
    ),
    "rate.limited": ProblemKind(status=429, title="Too many requests", retryable=True),
    "service.error": ProblemKind(
        status=500, title="Something broke on our side", retryable=True
    ),
    "service.unavailable": ProblemKind(
        status=503, title="The service is not ready", retryable=True
    ),
    # repeated calls
    "idempotency.key_missing": ProblemKind(
        status=400, title="The Idempotency-Key header is missing"
    ),
    "idempotency.key_busy": ProblemKind(
        status=409, title="The first call is still running", retryable=True
    ),
    "idempotency.key_reused": ProblemKind(
        status=422, title="The Idempotency-Key belongs to another request"
    ),
    # orders and results
    "assessment.invalid": ProblemKind(
        status=422, title="The assessment cannot be used like this"
    ),
    "state.illegal_move": ProblemKind(
        status=409, title="Not possible in the present state"
    ),
    "state.not_ready": ProblemKind(status=409, title="Something must happen first"),
    "report.not_released": ProblemKind(status=409, title="The result was not released"),
    # webhooks
    "webhook.endpoint_refused": ProblemKind(
        status=422, title="The address cannot receive webhooks"
    ),
    # the candidate's and the recruiter's pages
    "invitation.unknown": ProblemKind(status=404, title="The link is not known"),
    "invitation.used": ProblemKind(status=409, title="The link was used already"),
    "invitation.expired": ProblemKind(status=410, title="The invitation has expired"),
    "invitation.cancelled": ProblemKind(
        status=410, title="The invitation was cancelled"
    ),
    "attempt.not_open": ProblemKind(status=409, title="Not open for writing"),
    "answer.conflict": ProblemKind(status=409, title="A newer text was saved"),
    "answer.too_long": ProblemKind(status=413, title="The answer is too long"),
    "trial.refused": ProblemKind(status=409, title="The question takes no code"),
    "trial.under_way": ProblemKind(
        status=409, title="A run is under way already", retryable=True
    ),
    "trial.used_up": ProblemKind(status=409, title="All runs are used"),
    "mark.invalid": ProblemKind(status=422, title="The mark is not valid"),
    # the question bank
    "bank.question_format": ProblemKind(
        status=422, title="A question's file breaks the format"
    ),
    "bank.document_unusable": ProblemKind(
        status=422, title="The document gives no questions"
    ),
    "bank.unknown_question": ProblemKind(status=404, title="No such question"),
    "bank.unknown_set": ProblemKind(status=404, title="No such question set"),
    "bank.version_never_changes": ProblemKind(
        status=409, title="A published version never changes"
    ),
    "bank.unknown_version": ProblemKind(
        status=404, title="The question has no such version"
    ),
    "bank.move_not_allowed": ProblemKind(
        status=409, title="The question cannot go to this state"
    ),
    "bank.slug_taken": ProblemKind(status=409, title="The slug is taken"),
}

# What REST framework raises by itself. Its other refusals carry their code.
_FRAMEWORK: Final[Mapping[type[Exception], tuple[str, str]]] = {
    exceptions.NotAuthenticated: (
        "auth.key_missing",
        "Send an API key: Authorization: Bearer <key>.",
    ),
    exceptions.NotFound: ("not_found", "There is no such thing here."),
    Http404: ("not_found", "There is no such thing here."),
    exceptions.MethodNotAllowed: (
        "request.method_not_allowed",
        "This path does not offer that method; the Allow header lists those it has.",
    ),
    exceptions.NotAcceptable: (
        "request.not_acceptable",
        "This path answers with application/json.",
    ),
    exceptions.UnsupportedMediaType: (
        "request.unsupported_media_type",
        "Send the body as application/json.",
    ),
    exceptions.Throttled: (
        "rate.limited",
        "This key sends too many requests; the Retry-After header says when to go on.",
    ),
    RequestDataTooBig: ("request.too_large", "The body is larger than allowed."),
    OperationalError: ("service.unavailable", "Try again in a few seconds."),
    InterfaceError: ("service.unavailable", "Try again in a few seconds."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """What is wrong with one value, and where it stands in the request."""

    place: str  # "pointer" (into the body), "parameter" or "header"
    name: str  # a JSON pointer as a fragment ("#/candidate/email"), or a name
    detail: str

    def as_json(self) -> dict[str, str]:
        """Return the entry of `errors`."""
        return {self.place: self.name, "detail": self.detail}


class RequestInvalid(Exception):
    """A parameter, a header or a value of the body is not valid."""

    def __init__(self, *errors: FieldError) -> None:
        super().__init__("request.invalid")
        self.errors = errors


def parameter_error(name: str, detail: str) -> RequestInvalid:
    """Return the refusal of one parameter of the address."""
    return RequestInvalid(FieldError(place="parameter", name=name, detail=detail))


def header_error(name: str, detail: str) -> RequestInvalid:
    """Return the refusal of one header."""
    return RequestInvalid(FieldError(place="header", name=name, detail=detail))


def body_error(pointer: str, detail: str) -> RequestInvalid:
    """Return the refusal of one value of the body; `pointer` like `/expires_at`."""
    return RequestInvalid(
        FieldError(place="pointer", name=f"#{pointer}", detail=detail)
    )


def new_request_id() -> str:
    """Return what names one request in answers and in the log."""
    return f"req_{secrets.token_hex(12)}"


def type_address(code: str) -> str:
    """Return the address that identifies and explains a kind of problem."""
    return f"{settings.BASE_URL}/api/v1/errors/{code}"


def problem(
    code: str, detail: str, *, errors: Sequence[FieldError] = ()
) -> dict[str, Any]:
    """Return the members that one problem has in every request."""
    kind = PROBLEMS[code]
    body: dict[str, Any] = {
        "type": type_address(code),
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
        "code": code,
        "retryable": kind.retryable,
    }
    if errors:
        body["errors"] = [error.as_json() for error in errors]
    return body


def problem_of(exc: Exception) -> dict[str, Any]:
    """Return the problem that an exception stands for.

    One that we did not foresee is `service.error` and says nothing about our inside.
    """
    errors = _errors_of(exc)
    if errors:
        return problem("request.invalid", _count(errors), errors=errors)
    code, detail = _said_by(exc)
    return problem(code, detail)


def _errors_of(exc: Exception) -> tuple[FieldError, ...]:
    if isinstance(exc, RequestInvalid):
        return exc.errors
    if isinstance(exc, exceptions.ValidationError):
        return tuple(_field_errors(exc.detail, ""))
    return ()


def _said_by(exc: Exception) -> tuple[str, str]:
    """Return the code and the sentence of an exception."""
    for known, entry in _FRAMEWORK.items():
        if isinstance(exc, known):
            return entry
    if isinstance(exc, exceptions.ParseError):
        return "request.malformed", str(exc.detail)
    code: object = ""
    if isinstance(exc, AssessmentError | BankError):
        code = getattr(exc, "code", "")
    elif isinstance(exc, exceptions.APIException):
        code = exc.get_codes()
    if isinstance(code, str) and code in PROBLEMS:
        return code, str(exc)
    return "service.error", "We were told and will look into it."


def problem_response(exc: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """Answer an exception of an API view: REST framework's exception handler."""
    set_rollback()
    body = problem_of(exc)
    path = getattr(context.get("request"), "path", "")
    request_id = getattr(context.get("view"), "request_id", "") or new_request_id()
    response = as_response(body, path=path, request_id=request_id)
    if body["status"] >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("request %s failed: %s", request_id, path, exc_info=exc)
    if body["code"] == "service.unavailable":
        response["Retry-After"] = str(TRY_AGAIN)
    wait = getattr(exc, "wait", None)  # of `Throttled`, whole seconds
    if wait is not None:
        response["Retry-After"] = str(wait)
    challenge = getattr(exc, "auth_header", None)  # set by REST framework
    if challenge:
        response["WWW-Authenticate"] = challenge
    return response


def as_response(body: Mapping[str, Any], *, path: str, request_id: str) -> HttpResponse:
    """Return a problem as the answer to one request."""
    whole = {**body, "instance": path, "request_id": request_id}
    return HttpResponse(
        json.dumps(whole, ensure_ascii=False).encode("utf-8", "backslashreplace"),
        status=body["status"],
        content_type=MEDIA_TYPE,
    )


def _count(errors: Sequence[FieldError]) -> str:
    if len(errors) == 1:
        return "One value of the request is not valid; `errors` names it."
    return f"{len(errors)} values of the request are not valid; `errors` names them."


def _field_errors(detail: object, pointer: str) -> Iterator[FieldError]:
    """Flatten REST framework's nested messages into one entry for each."""
    if isinstance(detail, dict):
        for key, inner in detail.items():
            if key == "non_field_errors":
                yield from _field_errors(inner, pointer)
            else:
                name = str(key).replace("~", "~0").replace("/", "~1")
                yield from _field_errors(inner, f"{pointer}/{name}")
    elif isinstance(detail, list):
        for place, inner in enumerate(detail):
            nested = isinstance(inner, dict | list)
            yield from _field_errors(inner, f"{pointer}/{place}" if nested else pointer)
    else:
        yield FieldError(place="pointer", name=f"#{pointer}", detail=str(detail))
