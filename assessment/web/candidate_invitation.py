"""The page behind an invitation's link: read first, then agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from assessment.errors import AssessmentError
from assessment.selectors.sittings import may_ask_code, question_count
from assessment.services.attempts import attempt_enter, invitation_open
from assessment.web.candidate_browser import (
    attempt_of_link,
    remember_browser,
    speak_to,
)
from assessment.web.candidate_refusal import refusal_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is recorded and how it is scored; on POST record the consent.

    Looking uses nothing up: programs that open the links of e-mails do no harm.
    """
    own = attempt_of_link(request, token)
    if own is not None:
        return redirect("candidate:lobby", uid=own.uid)
    now = timezone.now()
    try:
        if request.method == "POST":
            attempt, secret = attempt_enter(token=token, now=now)
            response = redirect("candidate:lobby", uid=attempt.uid)
            remember_browser(response, attempt=attempt, token=token, secret=secret)
            return response
        opened = invitation_open(token, now=now)
    except AssessmentError as error:
        return refusal_page(request, error)
    speak_to(request, opened)
    assessment = opened.assessment
    return render(
        request,
        "candidate/invitation.html",
        {
            "invitation": opened,
            "assessment": assessment,
            "organisation": assessment.organisation,
            "questions": question_count(assessment),
            "code": may_ask_code(assessment),
            "continues": opened.attempt.started_at is not None,
        },
    )
