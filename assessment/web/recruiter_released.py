"""A released scorecard for whoever holds its signed link, for as long as it works."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assessment.models import Report
from assessment.reports.card_view import card_view, moment_of
from assessment.reports.links import LinkExpired, LinkForged, report_uid_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
@never_cache
def released(request: HttpRequest, signed: str) -> HttpResponse:
    """Show the scorecard exactly as it was frozen at release."""
    try:
        uid = report_uid_of(signed)
    except LinkExpired:
        return _page(request, "report/link_expired.html", status=410)
    except LinkForged:
        return _page(request, "report/link_unknown.html", status=404)
    report = (
        Report.objects.select_related("attempt__invitation__organisation")
        .filter(uid=uid)
        .first()
    )
    if report is None:
        return _page(request, "report/link_unknown.html", status=404)
    return _page(
        request,
        "report/released.html",
        {
            "body": report.body,
            "card": card_view(report.body),
            "organisation": report.attempt.invitation.organisation,
            "report": report,
            "times": {
                key: moment_of(report.body[key])
                for key in ("started_at", "submitted_at")
            },
        },
    )


def _page(
    request: HttpRequest,
    template: str,
    context: dict[str, object] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    response = render(request, template, context, status=status)
    # The address is the key: it must not travel on in a referrer or an index.
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
