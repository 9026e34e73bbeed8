"""Let recruiters in, each to their own organisation and no other."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from assessment.models import Membership

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import User
    from django.http import HttpRequest, HttpResponse

    from assessment.models import Organisation

P = ParamSpec("P")


def for_recruiters(
    view: Callable[Concatenate[HttpRequest, Organisation, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Call `view` with the signed-in person's organisation.

    A stranger is sent to the sign-in page; a person of no organisation is told so.
    Pages about candidates are never kept by a browser or proxy.
    """

    @never_cache
    @login_required
    @wraps(view)
    def inner(
        request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        membership = (
            Membership.objects.select_related("organisation")
            .filter(user=person(request))
            .first()
        )
        if membership is None:
            return render(request, "recruiter/no_membership.html", status=403)
        return view(request, membership.organisation, *args, **kwargs)

    return inner


def person(request: HttpRequest) -> User:
    """Return who is signed in, for views behind `for_recruiters`."""
    user = request.user
    if not user.is_authenticated:
        message = "this view is for people who are signed in"
        raise TypeError(message)
    return user
