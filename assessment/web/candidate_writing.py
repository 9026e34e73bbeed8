"""What the writing page's script calls: save, the clock, runs of code.

The hot path: plain Django, no session, a handful of statements.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import RequestDataTooBig
from django.http import JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from assessment.errors import (
    AnswerConflict,
    AssessmentError,
    AttemptNotOpen,
    NotFound,
)
from assessment.selectors.sittings import sitting_item
from assessment.services.answers import Draft, answer_save, late_text_keep
from assessment.services.trials import trial_start
from assessment.states import AttemptState
from assessment.web.candidate_browser import for_this_script
from assessment.web.candidate_refusal import refusal_problem
from assessment.web.candidate_trial import trial_facts
from assessment.web.candidate_view import clock_facts
from bank.definitions import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from assessment.models import Answer, Attempt, AttemptItem

CLIENT_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")
LARGEST_COUNT: Final = 2**31 - 1  # what the database's integer holds


class RequestUnreadable(AssessmentError):
    """A body that is not the JSON this address takes."""

    code = "request.unreadable"
    sentence = "This request could not be read. Nothing was changed."


class RequestTooLarge(AssessmentError):
    """A body of more bytes than any answer may have."""

    code = "request.too_large"
    sentence = "This request is larger than an answer may be. Nothing was changed."


@for_this_script
@require_http_methods(["GET", "HEAD"])
def clock(_request: HttpRequest, attempt: Attempt) -> HttpResponse:
    """Return the server's clock and the attempt's state."""
    return JsonResponse(clock_facts(attempt, timezone.now()))


@for_this_script
@require_http_methods(["GET", "HEAD", "PUT"])
def draft(request: HttpRequest, attempt: Attempt, position: int) -> HttpResponse:
    """Return the stored answer; on PUT save a newer one."""
    now = timezone.now()
    item = _item(attempt, position)
    if request.method != "PUT":
        return JsonResponse({**_answer_facts(item.answer), **clock_facts(attempt, now)})
    sent = _draft(_body(request), attempt.invitation.assessment.languages)
    code = item.version.question.kind == Kind.SPEED
    try:
        saved = answer_save(item=item, draft=sent, code=code, now=now)
    except AnswerConflict as error:
        item.answer.refresh_from_db()
        return refusal_problem(
            request, error, **_answer_facts(item.answer), **clock_facts(attempt, now)
        )
    except AttemptNotOpen as error:
        late_text_keep(error, now=now)
        return refusal_problem(request, error, **clock_facts(attempt, now))
    return JsonResponse(
        {
            "revision": saved.revision,
            "saved_at": saved.saved_at.isoformat(),
            "changed_characters": saved.changed_characters,
            **clock_facts(attempt, now),
        }
    )


@for_this_script
@require_http_methods(["GET", "HEAD", "POST"])
def trial(request: HttpRequest, attempt: Attempt, position: int) -> HttpResponse:
    """Return the newest run of this question's code; on POST begin another."""
    item = _item(attempt, position)
    if request.method != "POST":
        return JsonResponse(trial_facts(item))
    source = _body(request).get("source")
    if not isinstance(source, str):
        raise RequestUnreadable
    trial_start(item=item, source=source, now=timezone.now())
    return JsonResponse(trial_facts(item), status=202)


def _item(attempt: Attempt, position: int) -> AttemptItem:
    """Return one question of the sitting.

    Raises: `AttemptNotOpen` before the start, when there are none; `NotFound`.
    """
    if attempt.state == AttemptState.INVITED:
        raise AttemptNotOpen
    item = sitting_item(attempt, position)
    if item is None:
        raise NotFound
    return item


def _answer_facts(answer: Answer) -> dict[str, Any]:
    return {
        "text": answer.text,
        "language": answer.language,
        "revision": answer.revision,
        "client_id": answer.client_id,
        "saved_at": answer.saved_at.isoformat() if answer.saved_at else None,
    }


def _body(request: HttpRequest) -> dict[str, Any]:
    """Return the request's JSON object.

    Raises: `RequestUnreadable`, `RequestTooLarge`.
    """
    try:
        body = json.loads(request.body)
    except RequestDataTooBig as error:
        raise RequestTooLarge from error
    except (ValueError, RecursionError) as error:
        raise RequestUnreadable from error
    if not isinstance(body, dict):
        raise RequestUnreadable
    return body


def _draft(body: dict[str, Any], languages: Sequence[str]) -> Draft:
    text, client_id = body.get("text"), body.get("client_id")
    language = body.get("language", "")
    counts = (body.get("base_revision"), body.get("client_seq"))
    if (
        not isinstance(text, str)
        or not isinstance(client_id, str)
        or not CLIENT_ID.fullmatch(client_id)
        or not (language == "" or language in languages)
        or not all(
            type(count) is int and 0 <= count <= LARGEST_COUNT for count in counts
        )
    ):
        raise RequestUnreadable
    return Draft(
        text=text,
        base_revision=body["base_revision"],
        client_id=client_id,
        client_seq=body["client_seq"],
        language=language,
    )
