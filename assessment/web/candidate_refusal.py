"""What a candidate is told when something cannot be: as a page, or as problem JSON.

Both carry the same HTTP status. The page's words stand in candidate/refused.html;
JSON is read by a script, which has the words of the page's language for each code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.http import JsonResponse
from django.shortcuts import render

from assessment.errors import (
    AnswerConflict,
    AnswerTooLong,
    AttemptNotOpen,
    InvitationCancelled,
    InvitationExpired,
    InvitationUnknown,
    InvitationUsed,
    NotFound,
    NotReady,
    TrialRefused,
    TrialsUsedUp,
    TrialUnderWay,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

    from assessment.errors import AssessmentError

STATUS: Final[Mapping[str, int]] = {
    InvitationUnknown.code: 404,
    InvitationUsed.code: 409,
    InvitationExpired.code: 410,
    InvitationCancelled.code: 410,
    "attempt.other_browser": 403,
    AttemptNotOpen.code: 409,
    AnswerConflict.code: 409,
    AnswerTooLong.code: 413,
    TrialRefused.code: 409,
    TrialUnderWay.code: 409,
    TrialsUsedUp.code: 409,
    NotFound.code: 404,
    NotReady.code: 409,
    "request.unreadable": 400,
    "request.too_large": 413,
}


def refusal_page(request: HttpRequest, error: AssessmentError) -> HttpResponse:
    """Return the page that says what happened, that nothing is lost, what to do."""
    return render(
        request,
        "candidate/refused.html",
        {"code": error.code, "detail": str(error)},
        status=STATUS.get(error.code, 400),
    )


def refusal_problem(
    _request: HttpRequest,
    error: AssessmentError,
    **more: Any,  # noqa: ANN401  # JSON
) -> HttpResponse:
    """Return a refusal as application/problem+json.

    Source: RFC 9457; `code` is ours and stable.
    """
    status = STATUS.get(error.code, 400)
    return JsonResponse(
        {"status": status, "code": error.code, "detail": str(error), **more},
        status=status,
        content_type="application/problem+json",
    )
