"""The candidate's pages: lobby, one question a page, hand in, receipt."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import check_for_language, get_language
from django.views.decorators.http import require_http_methods, require_POST

from assessment.errors import (
    AnswerConflict,
    AnswerTooLong,
    AttemptNotOpen,
    InvitationCancelled,
    InvitationExpired,
    NotFound,
    TrialRefused,
)
from assessment.selectors.attempts import items_of
from assessment.selectors.sittings import may_ask_code, question_count, sitting_item
from assessment.services.answers import Draft, answer_save, late_text_keep
from assessment.services.attempts import attempt_start, attempt_submit
from assessment.services.trials import trial_start
from assessment.states import AttemptState
from assessment.web.candidate_browser import for_this_browser
from assessment.web.candidate_trial import trial_facts
from assessment.web.candidate_view import (
    Filled,
    clock_facts,
    clock_words,
    languages_for,
    question_line,
    question_page,
    receipt_line,
    remaining_seconds,
)
from assessment.web.candidate_words import trial_words, writing_words
from assessment.web.candidate_writing import CLIENT_ID
from bank.definitions import Kind

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from assessment.models import Attempt, AttemptItem

COUNT: Final = re.compile(r"[0-9]{1,9}")


@for_this_browser
@require_http_methods(["GET", "HEAD"])
def lobby(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    """Show what is to come and the one button that starts the clock."""
    now = timezone.now()
    elsewhere = _elsewhere(attempt)
    if elsewhere is not None:
        return elsewhere
    invitation = attempt.invitation
    if attempt.state == AttemptState.INVITED and invitation.expires_at <= now:
        raise InvitationExpired
    assessment = invitation.assessment
    started = attempt.state == AttemptState.STARTED
    return render(
        request,
        "candidate/lobby.html",
        {
            "attempt": attempt,
            "assessment": assessment,
            "invitation": invitation,
            "started": started,
            "lines": _lines(attempt) if started else (),
            "questions": question_count(assessment),
            "code": may_ask_code(assessment),
            "would_end": now + timedelta(minutes=assessment.duration_minutes),
            "words": writing_words(),
            **_clock(attempt),
        },
    )


@for_this_browser
@require_POST
def start(_request: HttpRequest, attempt: Attempt) -> HttpResponse:
    """Start the clock and show the first question; twice is as good as once."""
    elsewhere = _elsewhere(attempt)
    if elsewhere is not None:
        return elsewhere
    attempt_start(attempt=attempt, now=timezone.now())
    return redirect("candidate:question", uid=attempt.uid, position=1)


@for_this_browser
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, attempt: Attempt, position: int) -> HttpResponse:
    """Show one question; on POST save it as a form does, without a script."""
    item = sitting_item(attempt, position)
    if request.method == "POST" and item is not None:
        return _save_form(request, item)
    elsewhere = _elsewhere(attempt)
    if elsewhere is not None:
        return elsewhere
    if attempt.state == AttemptState.INVITED:
        return redirect("candidate:lobby", uid=attempt.uid)
    if item is None:
        raise NotFound
    return _question(request, item)


@for_this_browser
@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    """Show what would be handed in; on POST hand it in."""
    elsewhere = _elsewhere(attempt)
    if elsewhere is not None:
        return elsewhere
    if attempt.state == AttemptState.INVITED:
        return redirect("candidate:lobby", uid=attempt.uid)
    if request.method == "POST":
        attempt_submit(attempt=attempt, now=timezone.now())
        return redirect("candidate:done", uid=attempt.uid)
    lines = _lines(attempt)
    return render(
        request,
        "candidate/submit.html",
        {
            "attempt": attempt,
            "lines": lines,
            "unanswered": [line for line in lines if line.filled is not Filled.SAVED],
            "facts": {"uid": str(attempt.uid)},
            "words": writing_words(),
            **_clock(attempt),
        },
    )


@for_this_browser
@require_http_methods(["GET", "HEAD"])
def done(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    """Show the receipt: what was handed in, when, and a fingerprint of each answer."""
    if attempt.state in {AttemptState.INVITED, AttemptState.STARTED}:
        return redirect("candidate:lobby", uid=attempt.uid)
    _refuse_ended(attempt)
    languages = languages_for(attempt, get_language() or "")
    return render(
        request,
        "candidate/done.html",
        {
            "attempt": attempt,
            "assessment": attempt.invitation.assessment,
            "receipt": [receipt_line(item, languages) for item in items_of(attempt)],
            "facts": {"uid": str(attempt.uid)},
        },
    )


def _elsewhere(attempt: Attempt) -> HttpResponse | None:
    """Return where a sitting that is over is shown; None while it goes on."""
    if attempt.state in {AttemptState.INVITED, AttemptState.STARTED}:
        return None
    _refuse_ended(attempt)
    return redirect("candidate:done", uid=attempt.uid)


def _refuse_ended(attempt: Attempt) -> None:
    if attempt.state == AttemptState.CANCELLED:
        raise InvitationCancelled
    if attempt.state == AttemptState.EXPIRED:
        raise InvitationExpired


def _lines(attempt: Attempt) -> list[Any]:
    languages = languages_for(attempt, get_language() or "")
    return [question_line(item, languages) for item in items_of(attempt)]


def _clock(attempt: Attempt) -> dict[str, Any]:
    now = timezone.now()
    remaining = remaining_seconds(attempt, now)
    return {
        "clock": clock_words(remaining),
        "clock_facts": clock_facts(attempt, now),
    }


def _question(  # noqa: PLR0913  # what a form's refusal adds to the page
    request: HttpRequest,
    item: AttemptItem,
    *,
    status: int = 200,
    refused: str = "",
    refused_detail: str = "",
    kept_text: str | None = None,
) -> HttpResponse:
    attempt = item.attempt
    languages = languages_for(attempt, get_language() or "")
    page = question_page(item, languages)
    lines = _lines(attempt)
    return render(
        request,
        "candidate/question.html",
        {
            "attempt": attempt,
            "page": page,
            "line": page.line,
            "lines": lines,
            "count": len(lines),
            "previous": page.line.position - 1,
            "next": page.line.position + 1 if page.line.position < len(lines) else 0,
            "shown_text": page.text if kept_text is None else kept_text,
            "form_client": _new_client(),
            "refused": refused,
            "refused_detail": refused_detail,
            "kept_text": kept_text,
            "trial": trial_facts(item) if page.line.is_code else None,
            "facts": {
                "uid": str(attempt.uid),
                "position": page.line.position,
                "kind": "code" if page.line.is_code else "text",
                "revision": page.line.revision,
                "saved_at": (
                    page.line.saved_at.isoformat() if page.line.saved_at else None
                ),
                "client_id": item.answer.client_id,
                "limit": page.limit,
                "stored_text": item.answer.text,
                "untouched": page.untouched,
                "conflict": refused == AnswerConflict.code,
            },
            "words": writing_words(),
            "trial_words": trial_words(),
            **_clock(attempt),
        },
        status=status,
    )


def _save_form(request: HttpRequest, item: AttemptItem) -> HttpResponse:
    """Save what the form holds, then go where its button leads."""
    attempt = item.attempt
    _refuse_ended(attempt)
    if "saved_already" in request.POST:  # by the page's script
        return _after_save(request, item)
    now = timezone.now()
    text = request.POST.get("text", "").replace("\r\n", "\n")
    language = request.POST.get("language", "")
    is_code = item.version.question.kind == Kind.SPEED
    if language not in attempt.invitation.assessment.languages:
        language = ""
    client_id = request.POST.get("client_id", "")
    draft = Draft(
        text=text,
        base_revision=_count(request.POST.get("base_revision")),
        # A form without a tab's name is saved as nobody's, which repeats nothing.
        client_id=client_id if CLIENT_ID.fullmatch(client_id) else _new_client(),
        client_seq=_count(request.POST.get("client_seq")),
        language=language,
    )
    try:
        answer_save(item=item, draft=draft, code=is_code, now=now)
        if request.POST.get("action") == "run":
            trial_start(item=item, source=text, now=now)
    except AttemptNotOpen as error:
        late_text_keep(error, now=now)
        if attempt.state == AttemptState.INVITED:
            return redirect("candidate:lobby", uid=attempt.uid)
        return redirect("candidate:done", uid=attempt.uid)
    except (AnswerConflict, AnswerTooLong) as error:
        item.answer.refresh_from_db()
        return _question(
            request,
            item,
            status=413 if isinstance(error, AnswerTooLong) else 409,
            refused=error.code,
            refused_detail=str(error),
            kept_text=text,
        )
    except TrialRefused as error:
        item.answer.refresh_from_db()
        return _question(
            request, item, status=409, refused=error.code, refused_detail=str(error)
        )
    return _after_save(request, item)


def _after_save(request: HttpRequest, item: AttemptItem) -> HttpResponse:
    attempt = item.attempt
    action = request.POST.get("action", "")
    position = item.position
    if action == "submit":
        return redirect("candidate:submit", uid=attempt.uid)
    if action == "next" and attempt.items.filter(position=position + 1).exists():
        position += 1
    elif action == "previous" and position > 1:
        position -= 1
    response = redirect("candidate:question", uid=attempt.uid, position=position)
    language = request.POST.get("page_language", "")
    if language in dict(settings.LANGUAGES) and check_for_language(language):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )
    return response


def _count(value: str | None) -> int:
    """Return a form's whole number; 0 for what is none."""
    return int(value) if value and COUNT.fullmatch(value) else 0


def _new_client() -> str:
    return f"form-{secrets.token_hex(8)}"
