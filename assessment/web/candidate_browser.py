"""Know a candidate's browser again: one attempt, one browser, no account.

Agreeing gives the browser a secret in two cookies: one for the sitting's pages, and
one for the invitation's own address, so that the e-mail's link leads back to the
sitting from this browser and to nobody else's.
"""

from __future__ import annotations

from functools import update_wrapper
from typing import TYPE_CHECKING, Concatenate, Final, ParamSpec, cast
from uuid import UUID

from django.conf import settings
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache

from assessment.errors import AssessmentError
from assessment.selectors.attempts import attempt_of_browser
from assessment.services.attempts import attempt_close_if_over, session_digest
from assessment.services.invitations import token_digest
from assessment.services.mail import PAGE_LANGUAGE
from assessment.web.candidate_refusal import refusal_page, refusal_problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from assessment.models import Attempt, Invitation

P = ParamSpec("P")

SITTING_COOKIE: Final = "inferview_sitting"
LINK_COOKIE: Final = "inferview_link"
COOKIE_SECONDS: Final = 30 * 24 * 3600


class OtherBrowser(AssessmentError):
    """The sitting belongs to another browser, or there is none."""

    code = "attempt.other_browser"
    sentence = "This assessment is not open in this browser."


def remember_browser(
    response: HttpResponse, *, attempt: Attempt, token: str, secret: str
) -> None:
    """Give this browser the secret that opens the sitting from now on."""
    for name, value, path in (
        (SITTING_COOKIE, secret, f"/a/{attempt.uid}/"),
        (LINK_COOKIE, f"{attempt.uid}.{secret}", f"/i/{token}/"),
    ):
        response.set_cookie(
            name,
            value,
            max_age=COOKIE_SECONDS,
            path=path,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def attempt_of_link(request: HttpRequest, token: str) -> Attempt | None:
    """Return the attempt that this very browser entered by this very link."""
    uid, _, secret = request.COOKIES.get(LINK_COOKIE, "").partition(".")
    try:
        attempt = attempt_of_browser(UUID(uid), session_digest(secret))
    except ValueError:
        return None
    if attempt is None or attempt.invitation.token_digest != token_digest(token):
        return None
    return attempt


def speak_to(request: HttpRequest, invitation: Invitation) -> None:
    """Use the invitation's language until the candidate chooses another one."""
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        language = PAGE_LANGUAGE[invitation.language]
        translation.activate(language)
        request.LANGUAGE_CODE = language


def for_this_browser(
    view: Callable[Concatenate[HttpRequest, Attempt, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, UUID, P], HttpResponse]:
    """Call a page with the attempt that this browser may see; else say why not.

    An attempt whose time is over is handed in first, so that a deadline holds
    when no sweep runs.
    """
    return _with_attempt(view, refusal_page)


def for_this_script(
    view: Callable[Concatenate[HttpRequest, Attempt, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, UUID, P], HttpResponse]:
    """Do as `for_this_browser`, for what scripts ask: refusals are problem JSON."""
    return _with_attempt(view, refusal_problem)


def _with_attempt(
    view: Callable[Concatenate[HttpRequest, Attempt, P], HttpResponse],
    refuse: Callable[[HttpRequest, AssessmentError], HttpResponse],
) -> Callable[Concatenate[HttpRequest, UUID, P], HttpResponse]:
    def inner(
        request: HttpRequest, uid: UUID, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        secret = request.COOKIES.get(SITTING_COOKIE, "")
        attempt = attempt_of_browser(uid, session_digest(secret)) if secret else None
        if attempt is None:
            return refuse(request, OtherBrowser())
        speak_to(request, attempt.invitation)
        attempt_close_if_over(attempt=attempt, now=timezone.now())
        try:
            return view(request, attempt, *args, **kwargs)
        except AssessmentError as error:
            return refuse(request, error)

    update_wrapper(inner, view)
    # Django hands `uid` over by name, which `Concatenate` has no word for.
    return cast(
        "Callable[Concatenate[HttpRequest, UUID, P], HttpResponse]", never_cache(inner)
    )
