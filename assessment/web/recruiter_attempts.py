"""Recruiters look at attempts, mark, review and release."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef
from django.http import Http404, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from assessment.errors import AssessmentError
from assessment.models import Assessment, Attempt, Job, Report
from assessment.reports.answer_view import RubricWords
from assessment.reports.build import ItemLine, as_json
from assessment.reports.card_view import OverrideView, card_view
from assessment.reports.history import history_of
from assessment.reports.links import scorecard_link
from assessment.reports.load import scorecard_of
from assessment.reports.speed_view import series_of
from assessment.reports.totals import totals_of
from assessment.reports.words import (
    PAGE_LANGUAGES,
    STATES,
    STOPPED,
    Words,
    fault_of,
    percent,
)
from assessment.selectors.attempts import attempts_of, invitations_matching
from assessment.selectors.grades import grades_to_read, to_read_by_attempt
from assessment.services.attempts import attempt_reopen, attempt_review
from assessment.services.grades import mark_override
from assessment.services.invitations import invitation_cancel, invitation_renew
from assessment.services.jobs import job_retry
from assessment.services.mail import invitation_url
from assessment.services.reports import report_release
from assessment.states import AttemptState, JobKind, JobState
from assessment.web.forms import AttemptFilterForm, MarkForm
from assessment.web.recruiter_access import for_recruiters, person

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse, QueryDict

    from assessment.models import AttemptItem, Organisation

ROWS: Final = 25
FILTERS: Final = ("q", "state", "assessment", "to_read")
# What the list can be ordered by: key in the address -> columns.
ORDERS: Final = {
    "candidate": ("candidate_name", "id"),
    "assessment": ("assessment__title", "id"),
    "state": ("attempt__state", "id"),
    "changed": ("attempt__changed_at", "id"),
}


@for_recruiters
@require_safe
def attempt_list(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Show the organisation's attempts, searched, filtered and paged."""
    assessments = Assessment.objects.filter(organisation=organisation)
    form = AttemptFilterForm(request.GET, assessments=assessments)
    form.is_valid()  # a filter that makes no sense filters nothing
    wanted = form.cleaned_data
    found = invitations_matching(organisation, wanted.get("q", ""))
    if wanted.get("state"):
        found = found.filter(attempt__state=wanted["state"])
    if wanted.get("assessment"):
        found = found.filter(assessment__uid=wanted["assessment"])
    unread = grades_to_read(organisation)
    if wanted.get("to_read"):
        found = found.filter(attempt__in=unread.values("answer__item__attempt"))
    order = request.GET.get("sort", "-changed")
    columns = ORDERS.get(order.lstrip("-"), ORDERS["changed"])
    found = found.annotate(
        stopped=Exists(
            Job.objects.filter(
                answer__item__attempt=OuterRef("attempt"),
                state__in=(JobState.HELD, JobState.FAILED),
            ).exclude(kind=JobKind.TRIAL)
        )
    ).order_by(*(f"-{c}" if order.startswith("-") else c for c in columns))
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    shown = [invitation.attempt.pk for invitation in page]
    totals = totals_of(shown)
    to_read = to_read_by_attempt(organisation, shown)
    rows = [
        {
            "invitation": invitation,
            "attempt": invitation.attempt,
            "pill": STOPPED
            if invitation.stopped  # type: ignore[attr-defined]  # annotated above
            and invitation.attempt.state == AttemptState.SUBMITTED
            else STATES[invitation.attempt.state],
            "total": percent(totals[invitation.attempt.pk]),
            "ended": invitation.attempt.submitted_at is not None,
            "to_read": to_read.get(invitation.attempt.pk, 0),
        }
        for invitation in page
    ]
    return render(
        request,
        "recruiter/attempts.html",
        {
            "form": form,
            "page": page,
            "rows": rows,
            "columns": _columns(request.GET, order),
            "query": _query(request.GET, without=("page",)),
            "filtered": any(wanted.get(key) for key in FILTERS),
            "unread": unread.aggregate(
                answers=Count("pk"),
                attempts=Count("answer__item__attempt", distinct=True),
            ),
            "assessments": assessments.filter(archived_at__isnull=True).exists(),
        },
    )


def _columns(query: QueryDict, order: str) -> list[dict[str, Any]]:
    rest = _query(query, without=("page", "sort"))
    words = {
        "candidate": _("Candidate"),
        "assessment": _("Assessment"),
        "state": _("State"),
        "": _("Score"),
        "changed": _("Last change"),
    }
    columns: list[dict[str, Any]] = []
    for key, label in words.items():
        column: dict[str, Any] = {"label": label}
        if not key:
            column["number"] = True
        else:
            down = order == f"-{key}"
            up = order == key
            column["sort"] = "descending" if down else "ascending" if up else ""
            column["href"] = f"?{rest}sort={'-' if up else ''}{key}"
        columns.append(column)
    return columns


def _query(query: QueryDict, *, without: tuple[str, ...]) -> str:
    kept = query.copy()
    for key in without:
        kept.pop(key, None)
    text = kept.urlencode()
    return f"{text}&" if text else ""


@for_recruiters
@require_safe
def scorecard(
    request: HttpRequest, organisation: Organisation, uid: UUID
) -> HttpResponse:
    """Show everything about one attempt."""
    return _scorecard_page(request, _attempt(organisation, uid))


def _attempt(organisation: Organisation, uid: UUID) -> Attempt:
    attempt = attempts_of(organisation).filter(uid=uid).first()
    if attempt is None:
        raise Http404
    return attempt


def _scorecard_page(
    request: HttpRequest,
    attempt: Attempt,
    *,
    refused: tuple[int, MarkForm] | None = None,
) -> HttpResponse:
    """Show the scorecard, with the form of one item that was refused, if any."""
    card = scorecard_of(attempt)
    view = card_view(as_json(card), _rubrics(attempt))
    state = AttemptState(attempt.state)
    may_mark = state in {AttemptState.SUBMITTED, AttemptState.GRADED}
    items = [
        {
            "view": shown,
            "line": line,
            "fault": fault_of(line.job_state, line.job_code)
            if line.auto_score is None
            else None,
            "waiting": _waiting(line),
            "prompts": _prompts(line),
            "overrides": [
                OverrideView(
                    score=round(100 * own.score),
                    reason=own.reason,
                    by=own.by,
                    at=own.at,
                )
                for own in reversed(line.overrides)
            ],
            "says_incomplete": "incomplete_rubric" in shown.raw_flags,
            "to_read": may_mark and line.awaits_reader,
            "form": _mark_form(line, refused) if may_mark else None,
            "open": refused is not None and refused[0] == line.position,
        }
        for shown, line in zip(view.items, card.items, strict=True)
    ]
    report = Report.objects.filter(attempt=attempt).first()
    return render(
        request,
        "recruiter/scorecard.html",
        {
            "attempt": attempt,
            "invitation": attempt.invitation,
            "card": card,
            "view": view,
            "items": items if attempt.submitted_at else [],
            "pill": STOPPED
            if state is AttemptState.SUBMITTED and any(item["fault"] for item in items)
            else STATES[state],
            "history": history_of(attempt),
            "report": report,
            "share": scorecard_link(report) if report else "",
            "link": request.session.pop(f"link-{attempt.uid}", ""),
            "mail_is_file": mail_is_file(),
            "refused": refused[1] if refused else None,
            "may_cancel": state
            not in {
                AttemptState.RELEASED,
                AttemptState.EXPIRED,
                AttemptState.CANCELLED,
            },
            "may_renew": state in {AttemptState.INVITED, AttemptState.STARTED},
            "missing": len(view.items) - view.marked,
            "to_read": [item["view"] for item in items if item["to_read"]],
        },
    )


def _rubrics(attempt: Attempt) -> dict[int, RubricWords]:
    """Return by position what the rubrics say, in the language of the answer."""
    found = {}
    for item in attempt.items.select_related("version", "answer"):
        rubric = item.version.body.get("rubric") or {}
        language = item.answer.language
        found[item.position] = RubricWords(
            misconceptions={
                wrong["id"]: wrong["phrasings"][language][0]
                for wrong in rubric.get("misconceptions", ())
                if wrong["phrasings"].get(language)
            },
            opposites={
                point["id"]: point["opposites"][language]
                for point in rubric.get("key_points", ())
                if point["opposites"].get(language)
            },
        )
    return found


def mail_is_file() -> bool:
    """Say whether mails are written into a folder instead of being sent."""
    return "filebased" in settings.EMAIL_BACKEND


def _waiting(line: ItemLine) -> str:
    """Return how far the grading of an item without a mark has come."""
    if line.score is not None:
        return ""
    return {
        JobState.QUEUED.value: _("Waiting for its turn to be graded."),
        JobState.RUNNING.value: _("Being graded now."),
    }.get(line.job_state, "")


def _prompts(line: ItemLine) -> list[Words]:
    """Return what was asked in every language, the answer's first."""
    languages = sorted(line.prompt, key=lambda name: name != line.answer_language)
    return [
        Words(text=line.prompt[name], lang=PAGE_LANGUAGES.get(name, name))
        for name in languages
        if line.prompt[name]
    ]


def _mark_form(line: ItemLine, refused: tuple[int, MarkForm] | None) -> MarkForm:
    if refused is not None and refused[0] == line.position:
        return refused[1]
    return MarkForm(auto_id=f"id_q{line.position}_%s")


# -- what recruiters do ---------------------------------------------------------------


def _do(
    request: HttpRequest,
    attempt: Attempt,
    done: str,
    act: Callable[[], object],
    *,
    at: str = "",
) -> HttpResponseRedirect:
    """Do it, say so or why not, and go back to the scorecard."""
    try:
        act()
    except AssessmentError as refusal:
        messages.error(request, _(str(refusal)))
    else:
        messages.success(request, done)
    return HttpResponseRedirect(address_of(attempt) + at)


def address_of(attempt: Attempt) -> str:
    """Return where an attempt's scorecard is."""
    return reverse("recruiter:scorecard", args=(attempt.uid,))


def _item(attempt: Attempt, position: int) -> AttemptItem:
    item = (
        attempt.items.select_related("attempt", "answer")
        .filter(position=position)
        .first()
    )
    if item is None:
        raise Http404
    return item


@for_recruiters
@require_http_methods(["GET", "HEAD", "POST"])
def mark(
    request: HttpRequest, organisation: Organisation, uid: UUID, position: int
) -> HttpResponse:
    """Put a person's mark beside the worker's.

    Asked for without a form (the language was switched on a refused one), it leads
    back to the scorecard.
    """
    attempt = _attempt(organisation, uid)
    if request.method != "POST":
        return HttpResponseRedirect(f"{address_of(attempt)}#question-{position}")
    item = _item(attempt, position)
    form = MarkForm(request.POST, auto_id=f"id_q{position}_%s")
    if not form.is_valid():
        return _scorecard_page(request, attempt, refused=(position, form))
    try:
        mark_override(
            item=item,
            score=float(form.cleaned_data["score"]) / 100,
            reason=form.cleaned_data["reason"],
            by=person(request),
        )
    except AssessmentError as refusal:
        form.add_error(None, _(str(refusal)))
        return _scorecard_page(request, attempt, refused=(position, form))
    messages.success(
        request,
        _("Your mark for question %(position)s is saved. Both marks stay visible.")
        % {"position": position},
    )
    return HttpResponseRedirect(f"{address_of(attempt)}#question-{position}")


@for_recruiters
@require_POST
def retry(
    request: HttpRequest, organisation: Organisation, uid: UUID, position: int
) -> HttpResponse:
    """Queue a job that stopped once more."""
    attempt = _attempt(organisation, uid)
    item = _item(attempt, position)
    job = (
        Job.objects.filter(answer__item=item)
        .exclude(kind=JobKind.TRIAL)
        .order_by("-id")
        .first()
    )
    if job is not None and job_retry(job.pk):
        messages.success(
            request,
            _("Question %(position)s is queued for grading again.")
            % {"position": position},
        )
    else:
        messages.error(
            request,
            _("The grading of question %(position)s is not stopped; nothing changed.")
            % {"position": position},
        )
    return HttpResponseRedirect(f"{address_of(attempt)}#question-{position}")


@for_recruiters
@require_safe
def series(
    _request: HttpRequest, organisation: Organisation, uid: UUID, position: int
) -> HttpResponse:
    """Give the raw timings of one measured submission as a file."""
    attempt = _attempt(organisation, uid)
    line = next(
        (line for line in scorecard_of(attempt).items if line.position == position),
        None,
    )
    if line is None or line.grade is None or line.kind != "speed":
        raise Http404
    response = JsonResponse(series_of(line.grade), json_dumps_params={"indent": 1})
    name = f"{line.slug}-{attempt.uid}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@for_recruiters
@require_POST
def review(request: HttpRequest, organisation: Organisation, uid: UUID) -> HttpResponse:
    """Record that a person has read the scorecard."""
    attempt = _attempt(organisation, uid)
    return _do(
        request,
        attempt,
        _("Reviewed. Release it when it may leave the house."),
        lambda: attempt_review(attempt=attempt, by=person(request)),
    )


@for_recruiters
@require_POST
def reopen(request: HttpRequest, organisation: Organisation, uid: UUID) -> HttpResponse:
    """Take a review back."""
    attempt = _attempt(organisation, uid)
    return _do(
        request,
        attempt,
        _("The review is taken back. Marks can be changed again."),
        lambda: attempt_reopen(attempt=attempt, by=person(request)),
    )


@for_recruiters
@require_http_methods(["GET", "HEAD", "POST"])
def release(
    request: HttpRequest, organisation: Organisation, uid: UUID
) -> HttpResponse:
    """Ask whether the scorecard may leave the house, then freeze it."""
    attempt = _attempt(organisation, uid)
    if request.method == "POST":
        return _do(
            request,
            attempt,
            _("Released. The scorecard is frozen and can be shared."),
            lambda: report_release(
                attempt=attempt,
                body=as_json(scorecard_of(attempt)),
                by=person(request),
                now=timezone.now(),
            ),
        )
    if attempt.state != AttemptState.REVIEWED:
        messages.error(request, _("A scorecard is released after it was reviewed."))
        return HttpResponseRedirect(address_of(attempt))
    return render(
        request,
        "recruiter/release.html",
        {"attempt": attempt, "view": card_view(as_json(scorecard_of(attempt)))},
    )


@for_recruiters
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, organisation: Organisation, uid: UUID) -> HttpResponse:
    """Ask whether the attempt is to be cancelled, then do it."""
    attempt = _attempt(organisation, uid)
    if request.method == "POST":
        return _do(
            request,
            attempt,
            _("Cancelled. What the candidate wrote is kept."),
            lambda: invitation_cancel(
                invitation=attempt.invitation, by=person(request)
            ),
        )
    return render(request, "recruiter/cancel.html", {"attempt": attempt})


@for_recruiters
@require_POST
def renew(request: HttpRequest, organisation: Organisation, uid: UUID) -> HttpResponse:
    """Make a new link and show it once."""
    attempt = _attempt(organisation, uid)

    def act() -> None:
        token = invitation_renew(invitation=attempt.invitation)
        request.session[f"link-{attempt.uid}"] = invitation_url(token)

    return _do(
        request, attempt, _("The old link stopped working; here is the new one."), act
    )
