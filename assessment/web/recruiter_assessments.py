"""Recruiters make assessments and invite candidates."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from assessment.errors import AssessmentError
from assessment.models import Assessment
from assessment.reports.words import STATES, in_own_words, words_of
from assessment.selectors.questions import lines_by_id, question_lines
from assessment.services.assessments import assessment_archive, assessment_create
from assessment.services.invitations import Candidate, invitation_create
from assessment.services.mail import invitation_url
from assessment.states import AttemptState
from assessment.web.forms import (
    AssessmentForm,
    InviteForm,
    QuestionFilterForm,
    picked_from,
)
from assessment.web.recruiter_access import for_recruiters, person
from assessment.web.recruiter_attempts import mail_is_file
from bank.definitions import TOPICS
from bank.selectors import question_sets

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse, QueryDict

    from assessment.models import Organisation
    from assessment.selectors.questions import QuestionLine

ROWS: Final = 25
MOST_SHOWN: Final = 100  # questions in the picker; more are found by searching


@for_recruiters
@require_safe
def assessment_list(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Show the organisation's assessments; archived ones on request."""
    archived = "archived" in request.GET
    waiting = Q(
        invitations__attempt__state__in=(
            AttemptState.INVITED,
            AttemptState.STARTED,
        )
    )
    to_review = Q(invitations__attempt__state=AttemptState.GRADED)
    found = (
        Assessment.objects.filter(
            organisation=organisation, archived_at__isnull=not archived
        )
        .annotate(
            invited=Count("invitations", distinct=True),
            open=Count("invitations", filter=waiting, distinct=True),
            to_review=Count("invitations", filter=to_review, distinct=True),
        )
        .order_by("-created_at", "-id")
    )
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    return render(
        request,
        "recruiter/assessments.html",
        {
            "page": page,
            "archived": archived,
            "query": "archived&" if archived else "",
            "has_archived": Assessment.objects.filter(
                organisation=organisation, archived_at__isnull=False
            ).exists(),
        },
    )


@for_recruiters
@require_http_methods(["GET", "HEAD", "POST"])
def assessment_new(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Make an assessment; looking for questions in between loses nothing."""
    lines = {line.slug: line for line in question_lines(live=True)}
    sets = {
        row.slug: [
            item.question.slug
            for item in row.items.all()
            if item.question.slug in lines
        ]
        for row in question_sets()
    }
    names = {row.slug: in_own_words(row.name) for row in question_sets()}
    available = {slug: line.topic for slug, line in lines.items()}
    if request.method != "POST":
        return _picker(
            request,
            AssessmentForm(),
            lines=lines,
            sets=sets,
            names=names,
        )
    picked = picked_from(request.POST, sets)
    form = AssessmentForm(request.POST, picked=picked, available=available)
    if "look" in request.POST:
        return _picker(request, form, lines=lines, sets=sets, names=names, look=True)
    if form.is_valid():
        try:
            made = assessment_create(
                organisation=organisation,
                title=form.cleaned_data["title"],
                duration_minutes=form.cleaned_data["duration_minutes"],
                languages=form.cleaned_data["languages"],
                slugs=picked.slugs,
                draws=form.cleaned_data["draws"],
                by=person(request),
            )
        except AssessmentError as refusal:
            form.add_error(None, _(str(refusal)))
        else:
            messages.success(request, _("The assessment is made. Invite somebody."))
            return redirect("recruiter:assessment", uid=made.uid)
    return _picker(request, form, lines=lines, sets=sets, names=names)


def _picker(  # noqa: PLR0913  # the page shows that much
    request: HttpRequest,
    form: AssessmentForm,
    *,
    lines: dict[str, QuestionLine],
    sets: dict[str, list[str]],
    names: dict[str, str],
    look: bool = False,
) -> HttpResponse:
    """Show the form with what is chosen on top and what is found below.

    `look`: somebody only searches; what is typed stays and nothing is refused yet.
    """
    data: QueryDict = request.POST
    search = QuestionFilterForm(data, sets=names, prefix="find")
    wanted = search.wanted()
    chosen = set(form.picked.slugs)
    found = [
        line
        for line in lines.values()
        if line.slug not in chosen and wanted.matches(line)
    ]
    left = [line.topic for line in lines.values() if line.slug not in chosen]
    return render(
        request,
        "recruiter/assessment_new.html",
        {
            "form": form,
            "refused": form if form.is_bound and not look and form.errors else None,
            "problems": getattr(form, "question_problems", ()) if not look else (),
            "search": search,
            "chosen": [
                {
                    "pick": pick,
                    "number": number,
                    **(_row(lines[pick.slug]) if pick.slug in lines else {}),
                }
                for number, pick in enumerate(form.picked.picks, start=1)
            ],
            "minutes": sum(
                lines[slug].minutes for slug in form.picked.slugs if slug in lines
            ),
            "found": [_row(line) for line in found[:MOST_SHOWN]],
            "more": max(0, len(found) - MOST_SHOWN),
            "sets": [
                {
                    "slug": slug,
                    "name": names[slug],
                    "count": len(slugs),
                    "all_chosen": bool(slugs) and set(slugs) <= chosen,
                }
                for slug, slugs in sets.items()
            ],
            "topics": [
                {
                    "topic": topic,
                    "name": in_own_words(title),
                    "have": left.count(topic),
                    "count": form.picked.counts.get(topic, ""),
                }
                for topic, title in TOPICS.items()
                if left.count(topic) or form.picked.counts.get(topic)
            ],
            "bank_is_empty": not lines,
        },
    )


@for_recruiters
@require_http_methods(["GET", "HEAD", "POST"])
def assessment_page(
    request: HttpRequest, organisation: Organisation, uid: UUID
) -> HttpResponse:
    """Show one assessment; a posted form invites a candidate to it."""
    assessment = _assessment(organisation, uid)
    if request.method != "POST":
        return _assessment_page(request, assessment, _invite_form(assessment))
    form = InviteForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            invitation, token = invitation_create(
                assessment=assessment,
                candidate=Candidate(
                    name=data["name"], email=data["email"], language=data["language"]
                ),
                expires_at=timezone.now() + timedelta(days=data["days"]),
                by=person(request),
            )
        except AssessmentError as refusal:
            form.add_error(None, _(str(refusal)))
        else:
            request.session[f"invited-{assessment.uid}"] = {
                "url": invitation_url(token),
                "name": invitation.candidate_name,
                "email": invitation.candidate_email,
            }
            return redirect("recruiter:assessment", uid=assessment.uid)
    return _assessment_page(request, assessment, form)


def _row(line: QuestionLine) -> dict[str, Any]:
    return {
        "line": line,
        "title": words_of(line.title),
        "topic": in_own_words(TOPICS.get(line.topic, {"en": line.topic})),
    }


def _invite_form(assessment: Assessment) -> InviteForm:
    page = "zh" if (get_language() or "").startswith("zh") else "en"
    languages: Sequence[str] = assessment.languages
    return InviteForm(initial={"language": page if page in languages else languages[0]})


def _assessment(organisation: Organisation, uid: UUID) -> Assessment:
    found = Assessment.objects.filter(organisation=organisation, uid=uid).first()
    if found is None:
        raise Http404
    return found


def _assessment_page(
    request: HttpRequest, assessment: Assessment, form: InviteForm
) -> HttpResponse:
    items = list(assessment.items.select_related("question"))
    lines = lines_by_id(item.question_id for item in items)
    invitations = assessment.invitations.select_related("attempt").order_by("-id")
    page = Paginator(invitations, ROWS).get_page(request.GET.get("page"))
    draws: list[dict[str, Any]] = [
        {"count": draw.count, "name": in_own_words(TOPICS[draw.topic])}
        for draw in assessment.draws.all()
    ]
    return render(
        request,
        "recruiter/assessment.html",
        {
            "assessment": assessment,
            "questions": [_row(lines[item.question_id]) for item in items],
            "draws": draws,
            "minutes": sum(lines[item.question_id].minutes for item in items),
            "form": form,
            "page": page,
            "rows": [
                {"invitation": row, "pill": STATES[row.attempt.state]} for row in page
            ],
            "invited": request.session.pop(f"invited-{assessment.uid}", None),
            "mail_is_file": mail_is_file(),
        },
    )


@for_recruiters
@require_POST
def archive(
    request: HttpRequest, organisation: Organisation, uid: UUID
) -> HttpResponse:
    """Take an assessment off the lists."""
    assessment = _assessment(organisation, uid)
    assessment_archive(assessment=assessment)
    messages.success(
        request,
        _("“%(title)s” is archived. Attempts that exist go on.")
        % {"title": assessment.title},
    )
    return redirect("recruiter:assessments")
